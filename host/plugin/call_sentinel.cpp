// SPDX-License-Identifier: Apache-2.0
#include "plugin/call_sentinel.h"

#include "plugin/boot_id.h"
#include "plugin/sentinel_memory.h"
#include "plugin/state_folder.h"

#include <QFile>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace burrow {

namespace {

// Before a file is open, and after it is closed, notes go where nobody reads them.
SentinelMemory nowhere;
std::atomic<SentinelMemory *> memory{&nowhere};

constexpr std::array crashSignals{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
std::array<struct sigaction, crashSignals.size()> previousActions{};

quint32 threadNumber() noexcept
{
    return static_cast<quint32>(::syscall(SYS_gettid));
}

/// A stack for the handler: a thread that has used up its own has none to run it on.
class HandlerStack
{
public:
    HandlerStack()
    {
        stack_t present = {};
        if (::sigaltstack(nullptr, &present) != 0 || !(present.ss_flags & SS_DISABLE))
            return; // A runtime has given the thread one.
        const auto bytes = static_cast<std::size_t>(::sysconf(_SC_MINSIGSTKSZ)) + (16U << 10);
        m_stack.ss_sp = std::malloc(bytes);
        m_stack.ss_size = bytes;
        if (m_stack.ss_sp)
            ::sigaltstack(&m_stack, nullptr);
    }
    ~HandlerStack()
    {
        if (!m_stack.ss_sp)
            return;
        stack_t off = {};
        off.ss_flags = SS_DISABLE;
        ::sigaltstack(&off, nullptr);
        std::free(m_stack.ss_sp);
    }
    Q_DISABLE_COPY_MOVE(HandlerStack)

private:
    stack_t m_stack = {};
};

/// The place of one thread, from its first call until it ends.
class ThreadPlace
{
public:
    ThreadPlace()
    {
        const quint32 self = threadNumber();
        auto &threads = memory.load()->threads;
        for (std::size_t at = 0; at < threads.size() && m_at < 0; ++at) {
            quint32 nobody = 0;
            if (threads[at].number.compare_exchange_strong(nobody, self))
                m_at = static_cast<int>(at);
        }
    }
    /// Inside a call only exit() ends a thread here, and the thread is the one to be blamed for it.
    ~ThreadPlace()
    {
        if (m_at >= 0 && call()->load(std::memory_order_relaxed) == 0)
            memory.load()->threads[static_cast<std::size_t>(m_at)].number.store(0);
    }
    Q_DISABLE_COPY_MOVE(ThreadPlace)

    std::atomic<quint32> *call() const
    {
        if (m_at < 0)
            return nullptr;
        return &memory.load(std::memory_order_relaxed)->threads[static_cast<std::size_t>(m_at)].call;
    }

private:
    int m_at = -1;
    HandlerStack m_stack;
};

/// A child that was forked off and has not become another program shares the mapping; its end is not ours.
void noteEnd(quint32 number) noexcept
{
    SentinelMemory *notes = memory.load();
    if (notes->process != ::getpid())
        return;
    quint32 nobody = 0;
    if (notes->crashedThread.compare_exchange_strong(nobody, threadNumber()))
        notes->crashSignal.store(number);
}

/// Async-signal-safe. What was there before has the last word, with the signal as it first came where the
/// kernel can repeat it.
void crashed(int number, siginfo_t *about, void *)
{
    const int error = errno;
    noteEnd(static_cast<quint32>(number));
    for (std::size_t at = 0; at < crashSignals.size(); ++at) {
        if (crashSignals[at] == number)
            ::sigaction(number, &previousActions[at], nullptr);
    }
    const bool repeats = about->si_code > 0 && number != SIGABRT;
    if (!repeats)
        ::syscall(SYS_tgkill, ::getpid(), static_cast<pid_t>(threadNumber()), number);
    errno = error;
}

void exited()
{
    noteEnd(0);
}

void watchEnds()
{
    static std::once_flag once;
    std::call_once(once, [] {
        std::atexit(exited);
        for (std::size_t at = 0; at < crashSignals.size(); ++at) {
            struct sigaction action = {};
            action.sa_sigaction = crashed;
            action.sa_flags = SA_SIGINFO | SA_ONSTACK;
            sigemptyset(&action.sa_mask);
            ::sigaction(crashSignals[at], &action, &previousActions[at]);
        }
    });
}

template <std::size_t Size>
void copyText(std::array<char, Size> &to, const QByteArray &text)
{
    to.fill(0);
    std::memcpy(to.data(), text.constData(),
                std::min<std::size_t>(Size, static_cast<std::size_t>(text.size())));
}

/// The file of this process. It is locked for as long as the process lives, and never unmapped, because threads
/// of plugins may still note something in it.
class SentinelFile
{
public:
    static SentinelFile &instance()
    {
        static auto *const file = new SentinelFile;
        return *file;
    }

    Result<void> open(const QString &folder);
    void close();
    void name(quint32 plugin, const QByteArray &id, const QByteArray &version, bool blocking);

private:
    Result<SentinelMemory *> map(const QString &path);

    std::mutex m_mutex;
    // guarded by m_mutex
    quint32 m_users = 0;
    int m_descriptor = -1;
    QByteArray m_path;
    QStringList m_madeFolders; // for it, the innermost first
};

/// All of its blocks are taken now: to find the disk full when a note is written would be a SIGBUS.
Result<SentinelMemory *> SentinelFile::map(const QString &path)
{
    const QByteArray name = QFile::encodeName(path);
    const auto refuse = [&path](int code) {
        return Error{ErrorKind::Io,
                     QStringLiteral("cannot write %1, so a crash of a plugin could not be traced: %2")
                         .arg(path, qt_error_string(code))};
    };
    m_descriptor = ::open(name.constData(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (m_descriptor < 0)
        return refuse(errno);
    int code = ::flock(m_descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
    if (code == 0)
        code = ::posix_fallocate(m_descriptor, 0, sizeof(SentinelMemory));
    void *mapped = MAP_FAILED;
    if (code == 0) {
        mapped = ::mmap(nullptr, sizeof(SentinelMemory), PROT_READ | PROT_WRITE, MAP_SHARED, m_descriptor, 0);
        code = mapped == MAP_FAILED ? errno : 0;
    }
    if (code == 0)
        return static_cast<SentinelMemory *>(mapped);
    ::unlink(name.constData());
    ::close(std::exchange(m_descriptor, -1));
    return refuse(code);
}

Result<void> SentinelFile::open(const QString &folder)
{
    const std::lock_guard lock(m_mutex);
    if (m_users > 0) {
        ++m_users;
        return {};
    }
    m_madeFolders = makeStateFolder(folder);
    const QString path = QStringLiteral("%1/%2%3").arg(folder, QLatin1String(sentinelPrefix)).arg(::getpid());
    ::unlink(QFile::encodeName(path).constData()); // Of a process that had this number and is gone.
    const Result<SentinelMemory *> mapped = map(path);
    if (!mapped)
        return mapped.error();
    SentinelMemory &notes = **mapped;
    notes.process = ::getpid();
    notes.startedMs = std::chrono::duration_cast<std::chrono::milliseconds>(
                          std::chrono::system_clock::now().time_since_epoch())
                          .count();
    copyText(notes.boot, bootId());
    notes.plugins = memory.load()->plugins;
    for (std::size_t at = 0; at < notes.threads.size(); ++at)
        notes.threads[at].number.store(memory.load()->threads[at].number.load());
    memory.store(&notes);
    watchEnds();
    // Last, because it makes the file one that is read.
    notes.magic = SentinelMemory::form;
    m_path = QFile::encodeName(path);
    m_users = 1;
    return {};
}

void SentinelFile::close()
{
    const std::lock_guard lock(m_mutex);
    if (m_users == 0 || --m_users > 0)
        return;
    SentinelMemory *notes = memory.load();
    for (std::size_t at = 0; at < notes->threads.size(); ++at)
        nowhere.threads[at].number.store(notes->threads[at].number.load());
    nowhere.plugins = notes->plugins;
    memory.store(&nowhere);
    ::unlink(m_path.constData());
    ::close(std::exchange(m_descriptor, -1));
    // A host that keeps nothing leaves nothing; a folder that holds something stays.
    for (const QString &made : std::as_const(m_madeFolders))
        ::rmdir(QFile::encodeName(made).constData());
}

void SentinelFile::name(quint32 plugin, const QByteArray &id, const QByteArray &version, bool blocking)
{
    const std::lock_guard lock(m_mutex);
    SentinelMemory::Plugin &place = memory.load()->plugins.at(plugin);
    copyText(place.id, id);
    copyText(place.version, version);
    place.blocking = blocking ? 1 : 0;
}

} // namespace

std::atomic<quint32> *ForeignCall::place() noexcept
{
    thread_local const ThreadPlace place;
    return place.call();
}

Result<void> call_sentinel::open(const QString &folder)
{
    return SentinelFile::instance().open(folder);
}

void call_sentinel::close()
{
    SentinelFile::instance().close();
}

void call_sentinel::noteExit()
{
    exited();
}

void call_sentinel::name(quint32 plugin, const QByteArray &id, const QByteArray &version, bool blocking)
{
    SentinelFile::instance().name(plugin, id, version, blocking);
}

} // namespace burrow
