// SPDX-License-Identifier: Apache-2.0
//
// Runs one program and sees to it that nothing of it outlives the run.
//
// The program leads a session of its own, so a signal to its group reaches what it started. The supervisor is
// the reaper of its descendants: one that leaves the group, or whose parent dies, becomes the supervisor's
// child and is found there. When the program ends, when the plugin says so, and when the host dies, all of them
// are killed before the end is reported. Should the supervisor itself be killed, the program receives KILL from
// the kernel and the plugin kills the group.

#define _GNU_SOURCE // close_range, ppoll

#include "supervisor_protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// How often to look for descendants that cannot be seen or do not die, and how long to wait in between.
#define SWEEP_ROUNDS_MAX 100
#define SWEEP_WAIT_NS (50 * 1000 * 1000)

#define INHERITED_FD_MAX 65536

// The mask with which to wait: SIGCHLD is let through only there, so that none is missed in between.
static sigset_t waiting_mask;

static void write_report(int fd, int32_t kind, int32_t value)
{
    const struct supervisor_report report = {kind, value};
    while (write(fd, &report, sizeof report) < 0 && errno == EINTR) {
    }
}

static void on_child(int signal_number)
{
    (void)signal_number; // its arrival is what ends the wait
}

// A supervisor that a stray TERM ends could no longer watch; it leaves when the program does.
static const int ignored_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE};

static void set_ignored(void (*disposition)(int))
{
    for (size_t i = 0; i < sizeof ignored_signals / sizeof *ignored_signals; ++i)
        signal(ignored_signals[i], disposition);
}

// Closes what the host failed to keep to itself.
static void close_inherited(void)
{
    if (close_range(SUPERVISOR_REPORT_FD + 1, ~0U, 0) == 0)
        return;
    for (int fd = SUPERVISOR_REPORT_FD + 1; fd < INHERITED_FD_MAX; ++fd)
        close(fd); // an old kernel
}

static void prepare(void)
{
    close_inherited();
    fcntl(SUPERVISOR_CONTROL_FD, F_SETFD, FD_CLOEXEC);
    fcntl(SUPERVISOR_REPORT_FD, F_SETFD, FD_CLOEXEC);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    set_ignored(SIG_IGN);

    struct sigaction action = {.sa_handler = on_child};
    sigaction(SIGCHLD, &action, NULL);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, &waiting_mask);
    sigdelset(&waiting_mask, SIGCHLD);
}

// In the child. Ends in the program, or in a report of why not.
static void become_program(char **argv, pid_t supervisor, int failure_fd)
{
    setsid();
    write_report(SUPERVISOR_REPORT_FD, SUPERVISOR_FORKED, getpid());
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != supervisor)
        _exit(127); // it died before it could be watched
    set_ignored(SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);

    if (argv[1][0] != '\0' && chdir(argv[1]) != 0) {
        write_report(failure_fd, SUPERVISOR_CHDIR_FAILED, errno);
        _exit(127);
    }
    execvp(argv[2], argv + 2);
    write_report(failure_fd, SUPERVISOR_EXEC_FAILED, errno);
    _exit(127);
}

// Lets go of the program's ends, or nobody would ever see their end of file.
static void release_program_descriptors(void)
{
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd <= 2; ++fd) {
        if (null < 0 || dup2(null, fd) < 0)
            close(fd);
    }
    if (null > 2)
        close(null);
}

// Starts the program and reports STARTED, or reports why not and answers -1.
static pid_t start(char **argv)
{
    int failure[2];
    const pid_t supervisor = getpid();
    const pid_t program = pipe2(failure, O_CLOEXEC) == 0 ? fork() : -1;
    if (program < 0) {
        write_report(SUPERVISOR_REPORT_FD, SUPERVISOR_FORK_FAILED, errno);
        return -1;
    }
    if (program == 0)
        become_program(argv, supervisor, failure[1]);
    close(failure[1]);
    release_program_descriptors();

    // The program's exec closes the pipe: end of file is success.
    struct supervisor_report report;
    ssize_t size;
    do {
        size = read(failure[0], &report, sizeof report);
    } while (size < 0 && errno == EINTR);
    close(failure[0]);
    if (size == (ssize_t)sizeof report) {
        write_report(SUPERVISOR_REPORT_FD, report.kind, report.value);
        return -1;
    }
    write_report(SUPERVISOR_REPORT_FD, SUPERVISOR_STARTED, 0);
    return program;
}

// Reaps descendants that ended. Answers whether the program is among the ended; it is left unreaped, so that
// its number stays its group's.
static bool program_ended(pid_t program)
{
    for (;;) {
        siginfo_t ended = {.si_pid = 0};
        if (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid == 0)
            return false;
        if (ended.si_pid == program)
            return true;
        waitpid(ended.si_pid, NULL, WNOHANG);
    }
}

// Passes signals on. Answers false at the end of the control pipe.
static bool obey(pid_t program)
{
    unsigned char signals[64];
    const ssize_t size = read(SUPERVISOR_CONTROL_FD, signals, sizeof signals);
    for (ssize_t i = 0; i < size; ++i)
        kill(-program, signals[i]);
    return size > 0 || (size < 0 && errno == EINTR);
}

static void watch(pid_t program)
{
    while (!program_ended(program)) {
        struct pollfd control = {.fd = SUPERVISOR_CONTROL_FD, .events = POLLIN};
        if (ppoll(&control, 1, NULL, &waiting_mask) > 0 && !obey(program))
            return;
    }
}

static void kill_children(void)
{
    const int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    char bytes[4096];
    pid_t pid = 0;
    ssize_t size;
    while (fd >= 0 && (size = read(fd, bytes, sizeof bytes)) > 0) {
        for (ssize_t i = 0; i < size; ++i) {
            if (bytes[i] >= '0' && bytes[i] <= '9') {
                pid = pid * 10 + (bytes[i] - '0');
            } else if (pid > 0) {
                kill(pid, SIGKILL);
                pid = 0;
            }
        }
    }
    if (pid > 0)
        kill(pid, SIGKILL);
    if (fd >= 0)
        close(fd);
}

// Kills and reaps every descendant, and answers the program's wait status. Each death may hand over the
// children of the dead, hence the rounds.
static int sweep(pid_t program)
{
    int program_status = 0;
    kill(-program, SIGKILL);
    for (int idle_rounds = 0; idle_rounds < SWEEP_ROUNDS_MAX;) {
        kill_children();
        int status = 0;
        const pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid == program)
            program_status = status;
        if (pid > 0)
            continue;
        if (pid < 0 && errno == ECHILD)
            break;
        const struct timespec wait = {.tv_nsec = SWEEP_WAIT_NS};
        ppoll(NULL, 0, &wait, &waiting_mask);
        ++idle_rounds;
    }
    return program_status;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 64;
    prepare();
    const pid_t program = start(argv);
    if (program < 0)
        return 1;
    watch(program);
    write_report(SUPERVISOR_REPORT_FD, SUPERVISOR_EXITED, sweep(program));
    return 0;
}
