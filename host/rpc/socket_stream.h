// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QObject>

QT_BEGIN_NAMESPACE
class QSocketNotifier;
QT_END_NAMESPACE

namespace burrow {

/// One end of a connected local socket: bytes in pieces, bytes out without ever blocking.
///
/// Not QLocalSocket, which hangs up as soon as its peer has said its last word, and so could not answer
/// `printf … | nc -U`; here both directions end by themselves (decision 0020).
class SocketStream : public QObject
{
    Q_OBJECT

public:
    /// Takes the descriptor over. Reading is off at first.
    explicit SocketStream(int descriptor, QObject *parent = nullptr);
    ~SocketStream() override;

    int descriptor() const { return m_descriptor; }
    void setReading(bool reading);
    /// Sends what the socket takes now and keeps the rest.
    void write(const QByteArray &bytes);
    /// Bytes that the peer has not taken yet.
    qsizetype waiting() const { return m_out.size() - m_sent; }
    /// Tells the peer that nothing more comes, once what waits is sent.
    void finishWriting();
    /// At once; what waits is dropped.
    void close();
    bool isClosed() const { return m_closed; }

Q_SIGNALS:
    void received(const QByteArray &piece);
    /// The peer has said its last word; it may still listen.
    void ended();
    /// Some of what waited was taken.
    void taken();
    /// The peer is gone, or the socket failed. Once, from the event loop.
    void closed();

private:
    void readSome();
    void writeSome();

    const int m_descriptor;
    QSocketNotifier *m_readable;
    QSocketNotifier *m_writable;
    QSocketNotifier *m_hungUp; ///< Also while nothing is read or written.
    QByteArray m_out;
    qsizetype m_sent = 0; ///< Of m_out; moved to the front only now and then.
    bool m_ended = false;
    bool m_finishing = false;
    bool m_closed = false;
};

} // namespace burrow
