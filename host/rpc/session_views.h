// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "control/host.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QSet>
#include <QTimer>

#include <map>

namespace burrow {

/// What sessions are doing, within a bound for each: whoever does not answer in time is shown as it was seen
/// last, and said to be so. A session that hangs, because a plugin holds its shard up, makes nobody wait for
/// the others; it is asked once, however often people look.
class SessionViews : public QObject
{
    Q_OBJECT

public:
    using ExecutorOf = std::function<QByteArray(const QByteArray &session)>;

    /// `host` must outlive it.
    SessionViews(Host &host, ExecutorOf executorOf, std::chrono::milliseconds timeout);

    /// `done` gets the open sessions of these names, in their order, each as the shape "session".
    void list(const QByteArrayList &names, std::function<void(const QJsonArray &)> done);
    /// One that is open, in the same shape.
    void show(const QByteArray &name, std::function<void(const QJsonObject &)> done);
    /// Why one that is open is not moving, as the shape "why".
    void why(const QByteArray &name, std::function<void(const QJsonObject &)> done);

private:
    struct Seen
    {
        SessionView view;
        WallTime at;
        quint64 round = 0;
    };
    struct Waiting
    {
        std::function<bool()> met;
        std::function<void()> then;
        std::unique_ptr<QTimer> timer;
    };

    void askAll();
    void ask(const QByteArray &name);
    void note(const std::vector<SessionView> &views);
    /// Calls `then` once `met` is true, or when the time is up.
    void when(std::function<bool()> met, std::function<void()> then);
    void lookWhoWaits();
    bool isSeenSince(const QByteArray &name, quint64 round) const;
    void askOneByOne(const QByteArrayList &names, quint64 round, const std::function<void()> &then);
    QJsonObject explained(const QByteArray &name, quint64 round) const;
    QJsonObject shown(const QByteArray &name, quint64 round) const;
    QJsonArray allShown(const QByteArrayList &names, quint64 round) const;

    Host &m_host;
    const ExecutorOf m_executorOf;
    const std::chrono::milliseconds m_timeout;
    std::map<QByteArray, Seen> m_seen; ///< Of the sessions that are open.
    QSet<QByteArray> m_asked;          ///< Those whose answer is on its way.
    bool m_askedAll = false;
    quint64 m_round = 0;
    std::vector<std::unique_ptr<Waiting>> m_waiting;
};

} // namespace burrow
