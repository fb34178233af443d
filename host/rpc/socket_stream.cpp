// SPDX-License-Identifier: Apache-2.0
#include "rpc/socket_stream.h"

#include <QSocketNotifier>

#include <cerrno>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace burrow {

namespace {

constexpr qsizetype piece_bytes_max = 64LL << 10;
// What was sent is cut off once it is so much, and not for each piece.
constexpr qsizetype sent_kept_bytes_max = 1LL << 20;

bool isForLater(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

} // namespace

SocketStream::SocketStream(int descriptor, QObject *parent)
    : QObject(parent)
    , m_descriptor(descriptor)
    , m_readable(new QSocketNotifier(descriptor, QSocketNotifier::Read, this))
    , m_writable(new QSocketNotifier(descriptor, QSocketNotifier::Write, this))
    , m_hungUp(new QSocketNotifier(descriptor, QSocketNotifier::Exception, this))
{
    m_readable->setEnabled(false);
    m_writable->setEnabled(false);
    connect(m_readable, &QSocketNotifier::activated, this, &SocketStream::readSome);
    connect(m_writable, &QSocketNotifier::activated, this, &SocketStream::writeSome);
    connect(m_hungUp, &QSocketNotifier::activated, this, [this] {
        // What the peer said before it left is read first, now or when reading goes on.
        if (m_ended)
            close();
        else if (m_readable->isEnabled())
            readSome();
        else
            m_hungUp->setEnabled(false);
    });
}

SocketStream::~SocketStream()
{
    for (QSocketNotifier *notifier : {m_readable, m_writable, m_hungUp})
        notifier->setEnabled(false);
    ::close(m_descriptor);
}

void SocketStream::setReading(bool reading)
{
    m_readable->setEnabled(reading && !m_ended && !m_closed);
}

void SocketStream::readSome()
{
    QByteArray piece(piece_bytes_max, Qt::Uninitialized);
    const ssize_t size = ::recv(m_descriptor, piece.data(), static_cast<std::size_t>(piece.size()), 0);
    if (size > 0) {
        piece.truncate(size);
        Q_EMIT received(piece);
        return;
    }
    if (size < 0 && isForLater(errno))
        return;
    if (size < 0) {
        close();
        return;
    }
    m_ended = true;
    m_readable->setEnabled(false);
    pollfd entry{.fd = m_descriptor, .events = 0, .revents = 0};
    if (::poll(&entry, 1, 0) == 1 && (entry.revents & POLLHUP) != 0)
        close();
    else
        Q_EMIT ended();
}

void SocketStream::write(const QByteArray &bytes)
{
    if (m_closed || m_finishing)
        return;
    m_out += bytes;
    if (!m_writable->isEnabled())
        writeSome();
}

void SocketStream::finishWriting()
{
    if (std::exchange(m_finishing, true) || m_closed)
        return;
    if (waiting() == 0)
        ::shutdown(m_descriptor, SHUT_WR);
}

void SocketStream::writeSome()
{
    while (waiting() > 0) {
        const ssize_t size = ::send(m_descriptor, m_out.constData() + m_sent,
                                    static_cast<std::size_t>(waiting()), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0 && isForLater(errno))
            break;
        if (size <= 0) {
            close();
            return;
        }
        m_sent += size;
    }
    if (waiting() == 0) {
        m_out.clear();
        m_sent = 0;
    } else if (m_sent > sent_kept_bytes_max) {
        m_out.remove(0, std::exchange(m_sent, 0));
    }
    const bool waited = m_writable->isEnabled();
    m_writable->setEnabled(waiting() > 0);
    if (m_finishing && waiting() == 0)
        ::shutdown(m_descriptor, SHUT_WR);
    if (waited)
        Q_EMIT taken();
}

void SocketStream::close()
{
    if (std::exchange(m_closed, true))
        return;
    for (QSocketNotifier *notifier : {m_readable, m_writable, m_hungUp})
        notifier->setEnabled(false);
    m_out.clear();
    m_sent = 0;
    // Whoever writes may be in the middle of something that its own end would disturb.
    QMetaObject::invokeMethod(this, &SocketStream::closed, Qt::QueuedConnection);
}

} // namespace burrow
