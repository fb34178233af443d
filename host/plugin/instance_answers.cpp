// SPDX-License-Identifier: Apache-2.0
#include "plugin/event_decode.h"
#include "plugin/instance.h"
#include "plugin/status_words.h"

/// What comes back from the plugin, on whatever thread, and what is said in its place when nothing comes.
namespace burrow {

namespace {

QString nameOfCall(TokenKind kind)
{
    switch (kind) {
    case TokenKind::Apply:
        return QStringLiteral("apply");
    case TokenKind::Stop:
        return QStringLiteral("stop");
    case TokenKind::Checkpoint:
        return QStringLiteral("committed");
    case TokenKind::Stage:
        return QStringLiteral("stage");
    default:
        return QStringLiteral("call");
    }
}

} // namespace

qint32 Instance::completed(quint64 token, TokenKind kind, const burrow_completion *completion)
{
    if (kind == TokenKind::Apply) {
        RunEnd end;
        const qint32 answer = decodeRunCompletion(completion, m_run, m_rules, end);
        runEnded(std::move(end));
        return answer;
    }
    if (kind == TokenKind::Stage) {
        DecodedStaging decoded = decodeStaging(completion, m_rules);
        stageEnded(token, std::move(decoded.result));
        return decoded.answer;
    }
    const bool isStop = kind == TokenKind::Stop;
    DecodedCall decoded = decodeCallCompletion(completion, isStop ? "stop" : "committed", m_rules);
    const qint32 answer = decoded.answer;
    if (isStop)
        stopEnded(token, std::move(decoded.result));
    else
        checkpointEnded(token, std::move(decoded.result));
    return answer;
}

/// Only by the one who closed the run's token. From the gate's call on, the session may begin the next run.
void Instance::runEnded(RunEnd &&end)
{
    m_gate.finishRun(m_run.run, std::move(end));
    if (m_dropped)
        advance();
}

void Instance::completedAgain(quint64 token, TokenKind kind)
{
    bool late = false;
    bool refused = false;
    {
        const std::lock_guard lock(m_mutex);
        LastToken &known = last(kind);
        late = known.owed == token;
        if (late)
            known.owed = 0;
        refused = known.refused == token;
    }
    if (!isCall(kind))
        return misbehaved(QStringLiteral("completed an instance or an operation, which is no call"));
    if (late) {
        m_plugin.context().log(QtInfoMsg, logSubject(token),
                               QStringLiteral("ended %1 after it had been given up").arg(nameOfCall(kind)));
        return advance();
    }
    misbehaved((refused ? QStringLiteral("completed a call of %1 that it had refused")
                        : QStringLiteral("completed the same call of %1 twice"))
                   .arg(nameOfCall(kind)));
}

qint32 Instance::emitted(quint64 token, const burrow_event &event)
{
    ProgressEvent progress;
    const qint32 status = decodeEvent(event, m_settings->outputBytesMax, progress);
    if (status != BURROW_OK)
        return status;
    ListenerGate::Room room = ListenerGate::Room::Demand;
    if (event.flags & BURROW_EVENT_DROPPABLE)
        room = ListenerGate::Room::Droppable;
    else if (event.flags & BURROW_EVENT_COALESCE)
        room = ListenerGate::Room::Coalescing;
    switch (m_gate.take(token, std::move(progress), room, m_settings->outputBytesMax)) {
    case ListenerGate::Taken::Yes:
    case ListenerGate::Taken::Dropped:
        return BURROW_OK;
    case ListenerGate::Taken::Full:
        return BURROW_WOULD_BLOCK;
    case ListenerGate::Taken::TooLarge:
        return BURROW_TOO_LARGE;
    case ListenerGate::Taken::Over:
        break;
    }
    return BURROW_CLOSED;
}

qint32 Instance::boundaryChanged(quint64 token, qint32 open, quint64 revision)
{
    if (open != 0 && open != 1) {
        m_gate.boundaryFailed(
            sentence(QStringLiteral("says of its boundary neither that it is open nor closed")));
        return BURROW_INVALID;
    }
    return m_gate.boundaryChanged(token, open == 1, revision) ? BURROW_OK : BURROW_STALE;
}

qint32 Instance::operationBegun(quint64 token, const burrow_operation_begin &request, quint64 &operation)
{
    if (token != m_instanceToken || m_dropped)
        return BURROW_STALE;
    if (!m_operations.hasRoom())
        return BURROW_EXHAUSTED;
    return m_operations.begin(m_plugin.context().tokens().lease(shared_from_this(), TokenKind::Operation),
                              request, operation);
}

qint32 Instance::operationUpdated(quint64 operation, const burrow_operation_update &update)
{
    return m_operations.update(operation, update);
}

qint32 Instance::operationState(quint64 operation) const
{
    return m_operations.state(operation);
}

/// The plugin has answered `create`, or was not asked. `why` goes on from "the plugin …".
void Instance::createEnded(qint32 status, const QString &why)
{
    const std::shared_ptr<Instance> self = shared_from_this();
    const bool made = status == BURROW_OK;
    bool answer = false;
    {
        const std::lock_guard lock(m_mutex);
        disarm(Deadline::Create);
        answer = !std::exchange(m_createAnswered, true);
        m_phase = made ? Phase::Ready : Phase::Gone;
    }
    if (!made)
        finish();
    if (answer)
        m_gate.created(made ? Result<void>() : Result<void>(Error{kindOfRefusal(status), sentence(why)}));
    if (m_dropped)
        advance();
}

void Instance::stopEnded(quint64 token, Result<void> result)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_stop.token != token)
            return;
        disarm(Deadline::Stop);
        m_phase = result.ok() ? Phase::Stopped : Phase::StopFailed;
    }
    m_gate.stopFinished(std::move(result));
    if (m_dropped)
        advance();
}

void Instance::checkpointEnded(quint64 token, Result<void> result)
{
    RunId run;
    {
        const std::lock_guard lock(m_mutex);
        if (m_checkpoint.token != token)
            return;
        disarm(Deadline::Checkpoint);
        run = std::exchange(m_checkpoint, {}).run;
    }
    m_gate.checkpointFinished(run, std::move(result));
    if (m_dropped)
        advance();
}

void Instance::overdue(quint32 call)
{
    switch (static_cast<Deadline>(call)) {
    case Deadline::Create: {
        {
            const std::lock_guard lock(m_mutex);
            if (m_phase != Phase::Creating || std::exchange(m_createAnswered, true))
                return;
            m_givenUp = true;
            if (m_inCall)
                m_plugin.gaveUpInCall(this);
        }
        const QString what = QStringLiteral("has not answered create in time; the instance is given up");
        misbehaved(what);
        m_gate.created(fault(what));
        return advance();
    }
    case Deadline::Checkpoint:
        return overdueCheckpoint();
    case Deadline::Stop:
        return overdueStop();
    case Deadline::Rest:
        return overdueRest();
    case Deadline::Stage:
        return overdueStage();
    }
}

void Instance::overdueCheckpoint()
{
    quint64 token = 0;
    {
        const std::lock_guard lock(m_mutex);
        token = m_checkpoint.token;
        if (!m_checkpointLease.close(token))
            return;
        last(TokenKind::Checkpoint).owed = token;
        m_givenUp = true;
        if (m_inCall)
            m_plugin.gaveUpInCall(this);
    }
    const QString what = QStringLiteral("has not answered committed in time; the instance is given up");
    misbehaved(what);
    checkpointEnded(token, fault(what));
}

/// Dropped, and still not free: waiting for a run, for an [any] call, or inside destroy.
void Instance::overdueRest()
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_inCall)
            m_plugin.gaveUpInCall(this);
    }
    leak();
}

void Instance::overdueStop()
{
    quint64 token = 0;
    {
        const std::lock_guard lock(m_mutex);
        token = m_stop.token;
        if (!m_stopLease.close(token))
            return;
        last(TokenKind::Stop).owed = token;
        m_givenUp = true;
        if (m_inCall)
            m_plugin.gaveUpInCall(this);
    }
    const QString what = QStringLiteral("has not come to rest in time after stop");
    misbehaved(what);
    stopEnded(token, fault(what));
}

} // namespace burrow
