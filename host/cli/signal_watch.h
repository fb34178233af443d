// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>

#include <memory>

QT_BEGIN_NAMESPACE
class QSocketNotifier;
QT_END_NAMESPACE

namespace burrow {

/// Turns the signals that ask a program to leave (INT, TERM, HUP) into a Qt signal on this object's thread. At
/// most one exists at a time; while it does, a closed pipe is an error of write() and no longer the end of the
/// program.
///
/// The signals are handled, neither blocked nor ignored: both of these would be inherited by the programs that
/// plugins start, a handler is not. Make it before any plugin is opened.
class SignalWatch : public QObject
{
    Q_OBJECT

public:
    explicit SignalWatch(QObject *parent = nullptr);
    /// Puts back what was there before.
    ~SignalWatch() override;

Q_SIGNALS:
    /// Once per signal that arrived.
    void leaveAsked();

private:
    void readPipe();

    struct Previous;
    std::unique_ptr<Previous> m_previous;
    std::unique_ptr<QSocketNotifier> m_notifier;
    int m_readEnd = -1;
};

} // namespace burrow
