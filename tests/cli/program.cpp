// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// How long a step may take on a machine that does much else; no test waits for it to pass.
constexpr int patience_ms = 30'000;

QString buildDirectory()
{
    return qEnvironmentVariable("BURROW_TEST_BUILD_DIR");
}

} // namespace

QByteArrayList Finished::outLines() const
{
    QByteArrayList lines = out.split('\n');
    if (lines.last().isEmpty())
        lines.removeLast();
    return lines;
}

QJsonObject Finished::json() const
{
    // Anything before or after the value is an error of the parser.
    return QJsonDocument::fromJson(out).object();
}

Program::Program()
    : m_environment(QProcessEnvironment::systemEnvironment())
{
    m_environment.insert(QStringLiteral("BURROW_PLUGIN_PATH"), buildDirectory() + QLatin1String("/plugins"));
    m_environment.insert(QStringLiteral("HOME"), m_directory.path());
    // What a program keeps belongs to its test.
    for (const char *name : {"XDG_STATE_HOME", "XDG_RUNTIME_DIR"})
        m_environment.remove(QLatin1String(name));
    m_process.setWorkingDirectory(m_directory.path());
    m_process.setChildProcessModifier([] {
        // A test that was started in the background must not hand on that Ctrl-C is ignored.
        for (const int number : {SIGINT, SIGHUP, SIGPIPE})
            ::signal(number, SIG_DFL);
    });
}

Program::~Program()
{
    m_process.kill();
    m_process.waitForFinished();
}

QString Program::write(const QString &name, const QByteArray &content) const
{
    QFile file(path(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", qPrintable(file.fileName()));
    return name;
}

void Program::start(const QStringList &arguments)
{
    m_process.setProcessEnvironment(m_environment);
    m_process.start(buildDirectory() + QLatin1String("/bin/burrow"), arguments);
    m_process.waitForStarted(patience_ms);
}

void Program::startInShell(const QString &script, const QStringList &arguments)
{
    m_process.setProcessEnvironment(m_environment);
    const QStringList program{QStringLiteral("-c"), script, QStringLiteral("sh"),
                              buildDirectory() + QLatin1String("/bin/burrow")};
    m_process.start(QStringLiteral("/bin/sh"), program + arguments);
    m_process.waitForStarted(patience_ms);
}

void Program::feed(const QByteArray &bytes, Stdin then)
{
    m_process.write(bytes);
    if (then == Stdin::Close)
        m_process.closeWriteChannel();
}

void Program::signal(int number)
{
    ::kill(static_cast<pid_t>(m_process.processId()), number);
}

void Program::suspend()
{
    signal(SIGSTOP);
    siginfo_t info = {};
    while (::waitid(P_PID, static_cast<id_t>(m_process.processId()), &info, WSTOPPED | WNOWAIT | __WALL) != 0
           && errno == EINTR) {
    }
    if (info.si_code != CLD_STOPPED)
        qFatal("the program is not stopped");
}

void Program::read()
{
    m_out += m_process.readAllStandardOutput();
    m_err += m_process.readAllStandardError();
}

bool Program::waitFor(const QByteArray &stream, const QByteArray &text)
{
    QElapsedTimer clock;
    clock.start();
    read();
    while (!stream.contains(text)) {
        m_process.setReadChannel(&stream == &m_out ? QProcess::StandardOutput : QProcess::StandardError);
        const qint64 left = patience_ms - clock.elapsed();
        const bool more = left > 0 && m_process.waitForReadyRead(static_cast<int>(left));
        read();
        if (!more && !stream.contains(text)) {
            qWarning("no \"%s\" came; stdout: %s\nstderr: %s", text.constData(), m_out.constData(),
                     m_err.constData());
            return false;
        }
    }
    return true;
}

bool Program::waitForOut(const QByteArray &text)
{
    return waitFor(m_out, text);
}

bool Program::waitForErr(const QByteArray &text)
{
    return waitFor(m_err, text);
}

Finished Program::finish()
{
    const bool ended = m_process.state() == QProcess::NotRunning || m_process.waitForFinished(patience_ms);
    read();
    Finished finished{.out = m_out, .err = m_err};
    if (ended && m_process.exitStatus() == QProcess::NormalExit)
        finished.exitCode = m_process.exitCode();
    else
        qWarning("the program %s; stderr: %s", ended ? "was ended by a signal" : "did not end",
                 m_err.constData());
    return finished;
}

Program &Program::again()
{
    m_out.clear();
    m_err.clear();
    return *this;
}

Finished Program::run(const QStringList &arguments, const QByteArray &input)
{
    start(arguments);
    feed(input, Stdin::Close);
    return finish();
}

LifeLine::LifeLine(const QString &path)
    : m_path(path)
{
    const QByteArray name = QFile::encodeName(path);
    if (::mkfifo(name.constData(), 0600) != 0)
        qFatal("cannot make %s", name.constData());
    m_descriptor = ::open(name.constData(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

LifeLine::~LifeLine()
{
    ::close(m_descriptor);
}

QString LifeLine::holder() const
{
    return QStringLiteral("exec 9>'%1'; echo alive >&9;").arg(m_path);
}

bool LifeLine::waitForEvent()
{
    pollfd entry{.fd = m_descriptor, .events = POLLIN, .revents = 0};
    return ::poll(&entry, 1, patience_ms) == 1;
}

bool LifeLine::waitUntilAlive()
{
    char byte = 0;
    return waitForEvent() && ::read(m_descriptor, &byte, 1) == 1;
}

bool LifeLine::waitUntilGone()
{
    char bytes[64];
    ssize_t size = 0;
    // The end of the file is there when the last writer has closed, and not before.
    do {
        if (!waitForEvent())
            return false;
        size = ::read(m_descriptor, bytes, sizeof bytes);
    } while (size > 0);
    return size == 0;
}

QStringList commandNames()
{
    QStringList names;
    const QJsonArray commands = Program().run({"help", "--json"}).json().value("commands").toArray();
    for (const QJsonValue &command : commands)
        names += command.toObject().value("name").toString();
    return names;
}
