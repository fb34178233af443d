// SPDX-License-Identifier: Apache-2.0
#include "rpc/session_views.h"

#include "base/moment_text.h"
#include "control/when_finished.h"
#include "rpc/value_json.h"

#include <QDateTime>
#include <QSet>

#include <algorithm>

namespace burrow {

namespace {

// So few are kept whether their sessions are open or not.
constexpr std::size_t seen_kept_min = 64;

WallTime wallNow()
{
    return {std::chrono::milliseconds(QDateTime::currentMSecsSinceEpoch())};
}

} // namespace

SessionViews::SessionViews(Host &host, ExecutorOf executorOf, std::chrono::milliseconds timeout)
    : m_host(host)
    , m_executorOf(std::move(executorOf))
    , m_timeout(timeout)
    , m_seenMax(seen_kept_min)
{
}

void SessionViews::note(const std::vector<SessionView> &views, quint64 round)
{
    for (const SessionView &view : views) {
        Seen &seen = m_seen[view.name];
        // Answers overtake each other. What was looked at later is from after this question as well.
        if (seen.round == 0 || seen.view.asOf <= view.asOf)
            seen.view = view;
        seen.round = std::max(seen.round, round);
    }
    if (m_seen.size() > m_seenMax)
        forgetWhoIsGone();
}

void SessionViews::forgetWhoIsGone()
{
    const QByteArrayList names = m_host.sessionNames();
    const QSet<QByteArray> open(names.begin(), names.end());
    std::erase_if(m_seen, [&open](const auto &seen) { return !open.contains(seen.first); });
    // Looking through all of them is paid for by the answers that came since.
    m_seenMax = std::max(seen_kept_min, 2 * m_seen.size());
}

void SessionViews::askAll(quint64 round)
{
    m_allWanted = round;
    if (std::exchange(m_isAllAsked, true))
        return;
    whenFinished(m_host.views(), this, [this, round](const QFuture<std::vector<SessionView>> &future) {
        note(finishedResult(future).value_or(std::vector<SessionView>{}), round);
        m_allAnswered = round;
        m_isAllAsked = false;
        if (m_allWanted > round)
            askAll(m_allWanted);
        lookWhoWaits();
    });
}

void SessionViews::ask(const QByteArray &name, quint64 round)
{
    const bool isAsked = m_asked.contains(name);
    quint64 &wanted = m_asked[name];
    wanted = std::max(wanted, round);
    if (isAsked)
        return;
    whenFinished(m_host.view(m_host.sessionNamed(name)), this,
                 [this, name, round](const QFuture<std::vector<SessionView>> &future) {
                     note(finishedResult(future).value_or(std::vector<SessionView>{}), round);
                     const quint64 newest = m_asked.take(name);
                     if (newest > round && !isSeenSince(name, newest))
                         ask(name, newest);
                     lookWhoWaits();
                 });
}

void SessionViews::when(std::function<bool()> met, std::function<void()> then)
{
    auto waiting = std::make_unique<Waiting>();
    waiting->met = std::move(met);
    waiting->then = std::move(then);
    waiting->timer = std::make_unique<QTimer>();
    waiting->timer->setSingleShot(true);
    connect(waiting->timer.get(), &QTimer::timeout, this, [this, one = waiting.get()] {
        one->met = [] { return true; };
        lookWhoWaits();
    });
    waiting->timer->start(m_timeout);
    m_waiting.push_back(std::move(waiting));
    lookWhoWaits();
}

void SessionViews::lookWhoWaits()
{
    // Whoever is told may wait again.
    std::vector<std::unique_ptr<Waiting>> done;
    for (std::unique_ptr<Waiting> &each : m_waiting) {
        if (each->met())
            done.push_back(std::move(each));
    }
    std::erase(m_waiting, nullptr);
    for (const std::unique_ptr<Waiting> &each : done) {
        each->then();
        each->timer.release()->deleteLater(); // It may be the one that fired.
    }
}

const SessionViews::Seen *SessionViews::seenOf(const QByteArray &name) const
{
    const auto seen = m_seen.find(name);
    return seen != m_seen.end() ? &seen->second : nullptr;
}

bool SessionViews::isSeenSince(const QByteArray &name, quint64 round) const
{
    const Seen *seen = seenOf(name);
    return seen && seen->round >= round;
}

bool SessionViews::isAnswered(const QByteArray &name, quint64 round) const
{
    return isSeenSince(name, round) || !m_asked.contains(name);
}

bool SessionViews::areAllAnswered(const QByteArrayList &names, quint64 round) const
{
    return std::all_of(names.begin(), names.end(),
                       [this, round](const QByteArray &name) { return isAnswered(name, round); });
}

void SessionViews::list(const QByteArrayList &names, std::function<void(const QJsonArray &)> done)
{
    const quint64 round = ++m_round;
    askAll(round);
    when([this, round] { return m_allAnswered >= round; },
         [this, names, round, done = std::move(done)] {
             // Where some hang, one question to all does not say which.
             askOneByOne(names, round, [this, names, round, done] { done(allShown(names, round)); });
         });
}

void SessionViews::askOneByOne(const QByteArrayList &names, quint64 round, const std::function<void()> &then)
{
    for (const QByteArray &name : names) {
        if (!isSeenSince(name, round))
            ask(name, round);
    }
    when([this, round, names] { return areAllAnswered(names, round); }, then);
}

void SessionViews::show(const QByteArray &name, std::function<void(const QJsonObject &)> done)
{
    const quint64 round = ++m_round;
    askOneByOne({name}, round, [this, name, round, done = std::move(done)] { done(shown(name, round)); });
}

void SessionViews::why(const QByteArray &name, std::function<void(const QJsonObject &)> done)
{
    const quint64 round = ++m_round;
    askOneByOne({name}, round, [this, name, round, done = std::move(done)] { done(explained(name, round)); });
}

QJsonObject SessionViews::explained(const QByteArray &name, quint64 round) const
{
    SessionSight sight;
    sight.view.name = name;
    const Seen *seen = seenOf(name);
    sight.isSeen = seen != nullptr;
    if (seen) {
        sight.view = seen->view;
        sight.view.executor = m_executorOf(name);
        sight.isNow = seen->round >= round;
    }
    const Why why = Host::explain(sight, wallNow());
    QJsonObject object{{QStringLiteral("session"), QString::fromUtf8(name)},
                       {QStringLiteral("code"), QLatin1String(why.code)},
                       {QStringLiteral("sentence"), why.sentence},
                       {QStringLiteral("unblock"), why.unblock},
                       {QStringLiteral("known"), sight.isNow}};
    if (why.since)
        object.insert(QStringLiteral("since"), momentText(*why.since));
    if (seen)
        object.insert(QStringLiteral("as_of"), momentText(seen->view.seenAt));
    return object;
}

QJsonArray SessionViews::allShown(const QByteArrayList &names, quint64 round) const
{
    QJsonArray array;
    for (const QByteArray &name : names)
        array.append(shown(name, round));
    return array;
}

QJsonObject SessionViews::shown(const QByteArray &name, quint64 round) const
{
    const Seen *seen = seenOf(name);
    if (!seen)
        return {{QStringLiteral("name"), QString::fromUtf8(name)}, {QStringLiteral("known"), false}};
    SessionView view = seen->view;
    view.executor = m_executorOf(name);
    QJsonObject object = toJson(view);
    object.insert(QStringLiteral("known"), seen->round >= round);
    object.insert(QStringLiteral("as_of"), momentText(seen->view.seenAt));
    return object;
}

} // namespace burrow
