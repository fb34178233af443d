// SPDX-License-Identifier: Apache-2.0
#include "rpc/session_views.h"

#include "base/moment_text.h"
#include "control/when_finished.h"
#include "rpc/value_json.h"

#include <QDateTime>

namespace burrow {

namespace {

WallTime wallNow()
{
    return {std::chrono::milliseconds(QDateTime::currentMSecsSinceEpoch())};
}

} // namespace

SessionViews::SessionViews(Host &host, ExecutorOf executorOf, std::chrono::milliseconds timeout)
    : m_host(host)
    , m_executorOf(std::move(executorOf))
    , m_timeout(timeout)
{
}

void SessionViews::note(const std::vector<SessionView> &views)
{
    for (const SessionView &view : views)
        m_seen[view.name] = {view, wallNow(), m_round};
}

void SessionViews::askAll()
{
    if (std::exchange(m_askedAll, true))
        return;
    whenFinished(m_host.views(), this, [this](const QFuture<std::vector<SessionView>> &future) {
        m_askedAll = false;
        note(finishedResult(future).value_or(std::vector<SessionView>{}));
        lookWhoWaits();
    });
}

void SessionViews::ask(const QByteArray &name)
{
    if (m_asked.contains(name))
        return;
    m_asked.insert(name);
    whenFinished(m_host.view(m_host.sessionNamed(name)), this,
                 [this, name](const QFuture<std::vector<SessionView>> &future) {
                     m_asked.remove(name);
                     note(finishedResult(future).value_or(std::vector<SessionView>{}));
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

bool SessionViews::isSeenSince(const QByteArray &name, quint64 round) const
{
    const auto seen = m_seen.find(name);
    return seen != m_seen.end() && seen->second.round >= round;
}

void SessionViews::list(const QByteArrayList &names, std::function<void(const QJsonArray &)> done)
{
    const quint64 round = ++m_round;
    askAll();
    when([this] { return !m_askedAll; },
         [this, names, round, done = std::move(done)] {
             if (!m_askedAll) {
                 done(allShown(names, round));
                 return;
             }
             // Some hang, and one question to all does not say which.
             askOneByOne(names, round, [this, names, round, done] { done(allShown(names, round)); });
         });
}

void SessionViews::askOneByOne(const QByteArrayList &names, quint64 round, const std::function<void()> &then)
{
    for (const QByteArray &name : names)
        ask(name);
    when(
        [this, round, names] {
            return std::all_of(names.begin(), names.end(),
                               [&](const QByteArray &name) { return isSeenSince(name, round); });
        },
        then);
}

void SessionViews::show(const QByteArray &name, std::function<void(const QJsonObject &)> done)
{
    const quint64 round = ++m_round;
    ask(name);
    when([this, name] { return !m_asked.contains(name); },
         [this, name, round, done = std::move(done)] { done(shown(name, round)); });
}

void SessionViews::why(const QByteArray &name, std::function<void(const QJsonObject &)> done)
{
    const quint64 round = ++m_round;
    ask(name);
    when([this, name] { return !m_asked.contains(name); },
         [this, name, round, done = std::move(done)] { done(explained(name, round)); });
}

QJsonObject SessionViews::explained(const QByteArray &name, quint64 round) const
{
    SessionSight sight;
    sight.view.name = name;
    const auto seen = m_seen.find(name);
    sight.isSeen = seen != m_seen.end();
    if (sight.isSeen) {
        sight.view = seen->second.view;
        sight.view.executor = m_executorOf(name);
        sight.isNow = seen->second.round >= round;
    }
    const Why why = Host::explain(sight, wallNow());
    QJsonObject object{{QStringLiteral("session"), QString::fromUtf8(name)},
                       {QStringLiteral("code"), QLatin1String(why.code)},
                       {QStringLiteral("sentence"), why.sentence},
                       {QStringLiteral("unblock"), why.unblock},
                       {QStringLiteral("known"), sight.isNow}};
    if (why.since)
        object.insert(QStringLiteral("since"), momentText(*why.since));
    if (sight.isSeen)
        object.insert(QStringLiteral("as_of"), momentText(seen->second.at));
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
    const auto seen = m_seen.find(name);
    if (seen == m_seen.end())
        return {{QStringLiteral("name"), QString::fromUtf8(name)}, {QStringLiteral("known"), false}};
    SessionView view = seen->second.view;
    view.executor = m_executorOf(name);
    QJsonObject object = toJson(view);
    object.insert(QStringLiteral("known"), seen->second.round >= round);
    object.insert(QStringLiteral("as_of"), momentText(seen->second.at));
    return object;
}

} // namespace burrow
