// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/connection.h"
#include "rpc/event_feed.h"
#include "rpc/method_table.h"
#include "rpc/session_views.h"

namespace burrow {

/// What the methods are about, and what they need of whoever composed the host.
struct RpcService
{
    Host *host = nullptr; ///< Never null; outlives the server.
    QByteArray hostName;
    QString version;       ///< Of the program.
    QString configuration; ///< The file; empty without one.
    QString store;         ///< The file; empty where sessions are kept in memory.
    /// The executor's name, for display.
    std::function<QByteArray(const QByteArray &session)> executorOf;
    /// An input from the fields of a line of a .jsonl file, as JSON text.
    std::function<Result<Input>(const QByteArray &json)> readInput;
    /// A client asked the host to go down.
    std::function<void(CancelMode)> shutdown;
};

/// One call of a method, its parameters checked.
struct RpcCall
{
    RpcConnection &connection;
    const QJsonObject &params;
    const RpcReply &reply;

    QString text(const char *param) const { return params.value(QLatin1String(param)).toString(); }
    bool has(const char *param) const { return params.contains(QLatin1String(param)); }
};

/// What each method of the table does.
class RpcMethods : public QObject
{
    Q_OBJECT

public:
    RpcMethods(RpcService service, const RpcLimits &limits);

    void serve(RpcConnection &connection, const RpcRequest &request, const RpcReply &reply);
    EventFeed &events() { return m_events; }
    void setConnections(qsizetype count) { m_connections = count; }

private:
    using Function = void (RpcMethods::*)(const RpcCall &);
    struct Row
    {
        RpcMethod method;
        Function function;
    };
    static const Row rows[];

    void hello(const RpcCall &call);
    void hostInfo(const RpcCall &call);
    void hostShutdown(const RpcCall &call);
    void sessionList(const RpcCall &call);
    void sessionShow(const RpcCall &call);
    void why(const RpcCall &call);
    void submit(const RpcCall &call);
    void outcome(const RpcCall &call);
    void cancel(const RpcCall &call);
    void interrupt(const RpcCall &call);
    void start(const RpcCall &call);
    /// A command to one session that takes nothing but a reason.
    template <QFuture<CommandReceipt> (Host::*verb)(SessionId, const QString &)>
    void command(const RpcCall &call);
    void eventsSubscribe(const RpcCall &call);
    void eventsUnsubscribe(const RpcCall &call);

    /// The open session that the call names. Errors: NotFound, NotReady (it is being opened).
    Result<SessionId> sessionOf(const RpcCall &call) const;
    Result<Input> inputOf(const RpcCall &call) const;
    void cancelRun(const RpcCall &call, CancelMode mode);
    void answerReceipt(const RpcCall &call, const QFuture<CommandReceipt> &future);

    const RpcService m_service;
    const RpcLimits m_limits;
    const QString m_startedAt;
    EventFeed m_events;
    SessionViews m_views;
    qsizetype m_connections = 0;
};

} // namespace burrow
