// SPDX-License-Identifier: Apache-2.0
#include "rpc/methods.h"

#include "base/assert.h"
#include "control/when_finished.h"
#include "rpc/value_json.h"

#include <QDateTime>

#include <unistd.h>

namespace burrow {

namespace {

QString utcNow()
{
    return QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs);
}

QJsonObject acknowledged()
{
    return {{QStringLiteral("acknowledged"), true}};
}

RpcError invalidParams(const QString &sentence)
{
    return {RpcErrorCode::InvalidParams, sentence};
}

} // namespace

template <QFuture<CommandReceipt> (Host::*verb)(SessionId, const QString &)>
void RpcMethods::command(const RpcCall &call)
{
    const Result<SessionId> session = sessionOf(call);
    if (session)
        answerReceipt(call, (m_service.host->*verb)(*session, call.text("reason")));
    else
        call.reply(rpcErrorOf(session.error()));
}

const RpcMethods::Row RpcMethods::rows[] = {
    {RpcMethod::Hello, &RpcMethods::hello},
    {RpcMethod::HostInfo, &RpcMethods::hostInfo},
    {RpcMethod::HostShutdown, &RpcMethods::hostShutdown},
    {RpcMethod::SessionList, &RpcMethods::sessionList},
    {RpcMethod::SessionShow, &RpcMethods::sessionShow},
    {RpcMethod::Why, &RpcMethods::why},
    {RpcMethod::Submit, &RpcMethods::submit},
    {RpcMethod::Outcome, &RpcMethods::outcome},
    {RpcMethod::Cancel, &RpcMethods::cancel},
    {RpcMethod::Interrupt, &RpcMethods::interrupt},
    {RpcMethod::Stop, &RpcMethods::command<&Host::stop>},
    {RpcMethod::Start, &RpcMethods::start},
    {RpcMethod::Retire, &RpcMethods::command<&Host::retire>},
    {RpcMethod::Reset, &RpcMethods::command<&Host::reset>},
    {RpcMethod::Recycle, &RpcMethods::command<&Host::recycle>},
    {RpcMethod::Recover, &RpcMethods::command<&Host::recover>},
    {RpcMethod::Destroy, &RpcMethods::command<&Host::destroy>},
    {RpcMethod::Unregister, &RpcMethods::command<&Host::unregister>},
    {RpcMethod::EventsSubscribe, &RpcMethods::eventsSubscribe},
    {RpcMethod::EventsUnsubscribe, &RpcMethods::eventsUnsubscribe},
};

RpcMethods::RpcMethods(RpcService service, const RpcLimits &limits)
    : m_service(std::move(service))
    , m_limits(limits)
    , m_startedAt(utcNow())
    , m_events(*m_service.host)
    , m_views(*m_service.host, m_service.executorOf, limits.viewTimeout)
{
}

void RpcMethods::serve(RpcConnection &connection, const RpcRequest &request, const RpcReply &reply)
{
    const RpcMethodRow *row = methodNamed(request.method);
    if (!row) {
        QStringList names;
        for (const RpcMethodRow &each : rpcMethodTable())
            names += QLatin1String(each.name);
        reply(RpcError{RpcErrorCode::MethodNotFound,
                       QStringLiteral("there is no method \"%1\"; there are %2")
                           .arg(request.method.left(64), names.join(QLatin1String(", ")))});
        return;
    }
    if (const Result<void> checked = checkMembers(row->params, request.params, Unknown::Refused); !checked) {
        reply(invalidParams(QStringLiteral("%1: %2").arg(QLatin1String(row->name), checked.error().message)));
        return;
    }
    const Row &served = rows[static_cast<std::size_t>(row->method)];
    BURROW_ASSERT(served.method == row->method);
    (this->*served.function)({connection, request.params, reply});
}

Result<SessionId> RpcMethods::sessionOf(const RpcCall &call) const
{
    const QByteArray name = call.text("session").toUtf8();
    if (const SessionId session = m_service.host->sessionNamed(name))
        return session;
    if (m_service.host->sessionNames().contains(name))
        return Error{
            ErrorKind::NotReady,
            QStringLiteral("session \"%1\" is still being opened; try again").arg(call.text("session"))};
    return Error{ErrorKind::NotFound,
                 QStringLiteral("there is no session \"%1\" in this host; session.list says "
                                "which there are")
                     .arg(call.text("session").left(64))};
}

void RpcMethods::hello(const RpcCall &call)
{
    int chosen = 0;
    for (const QJsonValue &version : call.params.value(QLatin1String("protocols")).toArray()) {
        if (version.toInt() >= rpc_protocol_oldest && version.toInt() <= rpc_protocol_newest)
            chosen = std::max(chosen, version.toInt());
    }
    if (chosen == 0) {
        call.reply(RpcError{RpcErrorCode::UnsupportedProtocol,
                            QStringLiteral("this host speaks versions %1 to %2 of the protocol")
                                .arg(rpc_protocol_oldest)
                                .arg(rpc_protocol_newest)});
        return;
    }
    call.reply(QJsonObject{{QStringLiteral("protocol"), chosen},
                           {QStringLiteral("host"), QString::fromUtf8(m_service.hostName)},
                           {QStringLiteral("version"), m_service.version},
                           {QStringLiteral("pid"), qint64(::getpid())},
                           {QStringLiteral("limits"),
                            QJsonObject{{QStringLiteral("line_bytes"), m_limits.lineBytes},
                                        {QStringLiteral("requests_in_flight"), m_limits.requestsInFlight},
                                        {QStringLiteral("connections"), m_limits.connections}}}});
}

void RpcMethods::hostInfo(const RpcCall &call)
{
    call.reply(QJsonObject{{QStringLiteral("name"), QString::fromUtf8(m_service.hostName)},
                           {QStringLiteral("version"), m_service.version},
                           {QStringLiteral("pid"), qint64(::getpid())},
                           {QStringLiteral("started_at"), m_startedAt},
                           {QStringLiteral("configuration"), m_service.configuration},
                           {QStringLiteral("store"), m_service.store},
                           {QStringLiteral("sessions"), m_service.host->sessionNames().size()},
                           {QStringLiteral("connections"), m_connections}});
}

void RpcMethods::hostShutdown(const RpcCall &call)
{
    // Whoever asked is told before anything goes down.
    call.reply(acknowledged());
    m_service.shutdown(cancelModeName.parse(call.text("mode").toLatin1()).value_or(CancelMode::Boundary));
}

void RpcMethods::sessionList(const RpcCall &call)
{
    const qint64 limit =
        call.has("limit") ? call.params.value(QLatin1String("limit")).toInteger() : m_limits.listed;
    const qsizetype most = std::min<qint64>(limit, m_limits.listed);
    QByteArrayList names = m_service.host->sessionNames();
    std::sort(names.begin(), names.end());
    names.erase(names.begin(), std::upper_bound(names.begin(), names.end(), call.text("after").toUtf8()));
    const bool more = names.size() > most;
    m_views.list(names.mid(0, most), [reply = call.reply, more](const QJsonArray &sessions) {
        reply(QJsonObject{{QStringLiteral("as_of"), utcNow()},
                          {QStringLiteral("sessions"), sessions},
                          {QStringLiteral("more"), more}});
    });
}

void RpcMethods::sessionShow(const RpcCall &call)
{
    if (const Result<SessionId> session = sessionOf(call); !session) {
        call.reply(rpcErrorOf(session.error()));
        return;
    }
    m_views.show(call.text("session").toUtf8(),
                 [reply = call.reply](const QJsonObject &session) { reply(session); });
}

void RpcMethods::why(const RpcCall &call)
{
    if (const Result<SessionId> session = sessionOf(call); !session) {
        call.reply(rpcErrorOf(session.error()));
        return;
    }
    m_views.why(call.text("session").toUtf8(), [reply = call.reply](const QJsonObject &why) { reply(why); });
}

void RpcMethods::outcome(const RpcCall &call)
{
    const Result<SessionId> session = sessionOf(call);
    if (!session) {
        call.reply(rpcErrorOf(session.error()));
        return;
    }
    if (call.has("input") == call.has("idempotency_key")) {
        call.reply(invalidParams(QStringLiteral("give \"input\" or \"idempotency_key\", and one of them")));
        return;
    }
    const std::optional<InputId> input = InputId::fromText(call.text("input").toLatin1());
    if (call.has("input") && !input) {
        call.reply(invalidParams(QStringLiteral("\"input\" is no id: it has 36 characters, 8-4-4-4-12")));
        return;
    }
    Host &host = *m_service.host;
    const QFuture<Result<InputFate>> future =
        input ? host.outcome(*session, *input)
              : host.outcomeByKey(*session, call.text("idempotency_key").toUtf8());
    whenFinished(future, &call.connection, [reply = call.reply](const QFuture<Result<InputFate>> &finished) {
        const Result<InputFate> fate = finishedResult(finished).value_or(
            Result<InputFate>(Error{ErrorKind::NotReady, QStringLiteral("the host went away")}));
        reply(fate ? RpcAnswer(toJson(*fate)) : RpcAnswer(rpcErrorOf(fate.error())));
    });
}

void RpcMethods::answerReceipt(const RpcCall &call, const QFuture<CommandReceipt> &future)
{
    whenFinished(future, &call.connection, [reply = call.reply](const QFuture<CommandReceipt> &finished) {
        const std::optional<CommandReceipt> receipt = finishedResult(finished);
        reply(receipt ? RpcAnswer(toJson(*receipt))
                      : RpcAnswer(RpcError{RpcErrorCode::NotReady, QStringLiteral("the host went away")}));
    });
}

void RpcMethods::cancelRun(const RpcCall &call, CancelMode mode)
{
    const Result<SessionId> session = sessionOf(call);
    if (!session) {
        call.reply(rpcErrorOf(session.error()));
        return;
    }
    const std::optional<RunId> run = RunId::fromText(call.text("run").toLatin1());
    if (call.has("run") && !run) {
        call.reply(invalidParams(QStringLiteral("\"run\" is no id: it has 36 characters, 8-4-4-4-12")));
        return;
    }
    answerReceipt(call, m_service.host->cancel(*session, mode, run.value_or(RunId{}), call.text("reason")));
}

void RpcMethods::cancel(const RpcCall &call)
{
    cancelRun(call, CancelMode::Boundary);
}

void RpcMethods::interrupt(const RpcCall &call)
{
    cancelRun(call, CancelMode::Hard);
}

void RpcMethods::start(const RpcCall &call)
{
    const Result<SessionId> session = sessionOf(call);
    if (session)
        answerReceipt(call, m_service.host->start(*session));
    else
        call.reply(rpcErrorOf(session.error()));
}

void RpcMethods::eventsSubscribe(const RpcCall &call)
{
    if (call.has("session")) {
        if (const Result<SessionId> session = sessionOf(call); !session) {
            call.reply(rpcErrorOf(session.error()));
            return;
        }
    }
    FollowOptions options;
    if (call.has("since")) {
        const QString since = call.text("since");
        const std::optional<EventCursor> cursor = EventCursor::fromText(since.toLatin1());
        if (!cursor && since != QLatin1String("oldest")) {
            call.reply(invalidParams(QStringLiteral("\"since\" is no cursor: it is the \"cursor\" of an event, "
                                                    "or oldest")));
            return;
        }
        options.since = cursor.value_or(EventCursor{});
        options.session = m_service.host->sessionNamed(call.text("session").toUtf8());
        options.progress = call.params.value(QLatin1String("progress")).toBool(true);
    }
    call.connection.subscribe(
        RpcConnection::Subscription{.session = call.text("session").toUtf8(),
                                    .progress = call.params.value(QLatin1String("progress")).toBool(true)});
    // The answer comes first, and what happens from now on after it.
    call.reply(acknowledged());
    if (call.has("since"))
        m_events.follow(call.connection, options);
    else
        m_events.add(call.connection);
}

void RpcMethods::eventsUnsubscribe(const RpcCall &call)
{
    m_events.remove(call.connection);
    call.connection.subscribe(std::nullopt);
    call.reply(acknowledged());
}

} // namespace burrow
