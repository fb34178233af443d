// SPDX-License-Identifier: Apache-2.0
#include "compose/log_sink.h"

#include <QFile>

#include <cerrno>
#include <climits>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace burrow {

namespace {

// A reader that is merely slow gets so long once; then whoever logs waits no more until it reads again.
constexpr int reader_patience_ms = 500;

/// Takes back the beginning of a line that could not be ended. False: it stays, because somebody else has
/// written behind it, or it is no file.
bool takeBack(int descriptor, qsizetype size)
{
    struct stat status = {};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
        return false;
    return ::lseek(descriptor, 0, SEEK_CUR) == status.st_size
           && ::ftruncate(descriptor, status.st_size - size) == 0;
}

} // namespace

LogSink::~LogSink()
{
    if (m_owned)
        ::close(m_descriptor);
}

std::unique_ptr<LogSink> LogSink::open(const QString &path, QString &problem)
{
    // Without waiting: a named pipe that nobody reads must not hold up a start.
    const int descriptor = ::open(QFile::encodeName(path).constData(),
                                  O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
    if (descriptor < 0) {
        problem = errno == ENXIO ? QStringLiteral("it is a pipe that nobody reads") : qt_error_string(errno);
        return nullptr;
    }
    auto sink = std::make_unique<LogSink>(descriptor);
    sink->m_owned = true;
    return sink;
}

bool LogSink::waitForRoom(Patience patience)
{
    pollfd entry{.fd = m_descriptor, .events = POLLOUT, .revents = 0};
    const int wait = patience == Patience::Endless ? -1 : m_stuck ? 0 : reader_patience_ms;
    int ready = 0;
    do {
        ready = ::poll(&entry, 1, wait);
    } while (ready < 0 && errno == EINTR);
    m_stuck = ready == 0;
    return ready > 0;
}

/// 0, or the error that ended it; then nothing of it stays in a file that is the log's alone.
int LogSink::writeAll(const QByteArray &bytes, Patience patience)
{
    qsizetype written = 0;
    const auto failed = [&](int error) {
        if (written > 0)
            m_torn = !m_owned || !takeBack(m_descriptor, written);
        return error;
    };
    while (written < bytes.size()) {
        if (!waitForRoom(patience))
            return failed(EAGAIN);
        // A pipe has room for so much when it says that it has any; a file takes a line at once.
        const qsizetype most = m_owned ? bytes.size() : PIPE_BUF;
        const ssize_t size = ::write(m_descriptor, bytes.constData() + written,
                                     static_cast<size_t>(std::min(most, bytes.size() - written)));
        if (size < 0 && errno != EINTR && errno != EAGAIN)
            return failed(errno);
        written += std::max<ssize_t>(size, 0);
    }
    return 0;
}

LogSink::Written LogSink::write(const QByteArray &lines, Patience patience)
{
    const std::lock_guard lock(m_mutex);
    QByteArray all = m_status.isEmpty() ? lines : "\r\x1b[K" + lines + m_status;
    if (m_torn) // What could not be ended must not become the beginning of this line.
        all.prepend('\n');
    const int error = writeAll(all, patience);
    if (error != 0) {
        m_error = error;
        return m_lost++ == 0 ? Written::NoMore : Written::No;
    }
    m_torn = false;
    return m_lost > 0 ? Written::YesAgain : Written::Yes;
}

quint64 LogSink::takeLost()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_lost, 0);
}

QString LogSink::problem()
{
    const std::lock_guard lock(m_mutex);
    return m_error == EAGAIN ? QStringLiteral("its reader does not read") : qt_error_string(m_error);
}

void LogSink::setStatus(const QByteArray &status)
{
    const std::lock_guard lock(m_mutex);
    if (status == m_status)
        return;
    writeAll("\r\x1b[K" + status, Patience::Bounded);
    m_status = status;
}

} // namespace burrow
