// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "control/host.h"

#include <QHash>
#include <QJsonArray>
#include <QJsonObject>
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
        quint64 round = 0; ///< It was looked at after this round began.
    };
    struct Waiting
    {
        std::function<bool()> met;
        std::function<void()> then;
        std::unique_ptr<QTimer> timer;
    };

    /// While a question is on its way there is no second one: it is asked again once it is answered, if by then
    /// somebody wants to know what is newer.
    void askAll(quint64 round);
    void ask(const QByteArray &name, quint64 round);
    /// Takes what was answered to a question that was asked in that round.
    void note(const std::vector<SessionView> &views, quint64 round);
    void forgetWhoIsGone();
    /// Null when it was never seen.
    const Seen *seenOf(const QByteArray &name) const;
    /// Calls `then` once `met` is true, or when the time is up.
    void when(std::function<bool()> met, std::function<void()> then);
    void lookWhoWaits();
    bool isSeenSince(const QByteArray &name, quint64 round) const;
    /// There is nothing to wait for: it was seen, or the host has it no more.
    bool isAnswered(const QByteArray &name, quint64 round) const;
    bool areAllAnswered(const QByteArrayList &names, quint64 round) const;
    void askOneByOne(const QByteArrayList &names, quint64 round, const std::function<void()> &then);
    QJsonObject explained(const QByteArray &name, quint64 round) const;
    QJsonObject shown(const QByteArray &name, quint64 round) const;
    QJsonArray allShown(const QByteArrayList &names, quint64 round) const;

    Host &m_host;
    const ExecutorOf m_executorOf;
    const std::chrono::milliseconds m_timeout;
    std::map<QByteArray, Seen> m_seen; ///< Also of some that are gone.
    std::size_t m_seenMax;             ///< With more of them, those that are gone are forgotten.
    /// Those whose answer is on its way, with the newest round that wants one.
    QHash<QByteArray, quint64> m_asked;
    bool m_isAllAsked = false;
    quint64 m_allWanted = 0;   ///< The newest round that wants all.
    quint64 m_allAnswered = 0; ///< The newest round that has all.
    quint64 m_round = 0;
    std::vector<std::unique_ptr<Waiting>> m_waiting;
};

} // namespace burrow
