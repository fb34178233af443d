// SPDX-License-Identifier: Apache-2.0
#include "session/session_loop.h"

#include "session/session_log.h"
#include "session/shard_inbox.h"

namespace burrow {

SessionLoop::SessionLoop(LoopOutlet &outlet)
    : m_outlet(outlet)
{
}

void SessionLoop::bind(SessionRecord *record)
{
    BURROW_ASSERT(m_events.isEmpty());
    m_record = record;
}

void SessionLoop::deliver(CoreEvent &&event)
{
    using Signal = void (LoopSignals::*)(SessionRecord *);
    struct KindOf
    {
        Signal operator()(const AcceptCommand &) const { return &LoopSignals::inputQueued; }
        Signal operator()(const CancelCommand &) const { return &LoopSignals::effectPosted; }
        Signal operator()(const LifecycleCommand &) const { return &LoopSignals::effectPosted; }
        Signal operator()(const PublishCommand &) const { return &LoopSignals::effectPosted; }
        Signal operator()(const BindCommand &) const { return &LoopSignals::effectPosted; }
        Signal operator()(const InstallInterrupt &) const { return &LoopSignals::effectPosted; }
        Signal operator()(const InterruptAnswered &) const { return &LoopSignals::feedAdvanced; }
        Signal operator()(const ShutdownCommand &) const { return &LoopSignals::effectPosted; }
        Signal operator()(const StoreVerdict &) const { return &LoopSignals::commitFinished; }
        Signal operator()(const ApplyFinished &) const { return &LoopSignals::applyFinished; }
        Signal operator()(const WaitCommand &) const { return &LoopSignals::feedAdvanced; }
        Signal operator()(const ExecutorCreated &) const { return &LoopSignals::feedAdvanced; }
        Signal operator()(const BoundaryChanged &) const { return &LoopSignals::feedAdvanced; }
        Signal operator()(const BoundaryFailed &) const { return &LoopSignals::feedAdvanced; }
        Signal operator()(const ContextStaged &) const { return &LoopSignals::feedAdvanced; }
        Signal operator()(const CheckpointFinished &) const { return &LoopSignals::feedAdvanced; }
        Signal operator()(const StopFinished &) const { return &LoopSignals::feedAdvanced; }
        Signal operator()(const CleanupFinished &) const { return &LoopSignals::feedAdvanced; }
        Signal operator()(const ExecutorDied &) const { return &LoopSignals::feedAdvanced; }
        Signal operator()(const Wake &) const { return &LoopSignals::feedAdvanced; }
        Signal operator()(const Turn &) const { return &LoopSignals::feedAdvanced; }
        Signal operator()(const Tick &) const { return &LoopSignals::feedAdvanced; }
        Signal operator()(const KeysLoaded &) const { return &LoopSignals::feedAdvanced; }
        Signal operator()(const Reloaded &) const { return &LoopSignals::feedAdvanced; }
        Signal operator()(const OperationCommand &) const { return &LoopSignals::feedAdvanced; }
        Signal operator()(const ContinuationMinted &) const { return &LoopSignals::inputQueued; }
    };
    const Signal signal = std::visit(KindOf{}, event);
    m_events.push(std::move(event));
    Q_EMIT(m_outlet.loopSignals().*signal)(m_record);
}

bool SessionLoop::serve(MonotonicTime now, quint32 share)
{
    // What happened comes before new work: an effect that has arrived is served before the next run begins.
    for (quint32 steps = 0; steps < share; ++steps) {
        if (!m_events.isEmpty())
            step(m_events.pop(), now);
        else if (m_record->core.turnDue())
            step(Turn{m_outlet.freshRunId()}, now);
        else
            return false;
    }
    return !m_events.isEmpty() || m_record->core.turnDue();
}

void SessionLoop::step(CoreEvent &&event, MonotonicTime now)
{
    m_row = 0;
    if (const auto *verdict = std::get_if<StoreVerdict>(&event)) {
        keepSnapshot(*verdict);
        m_row = verdict->eventNumber;
    }
    CoreActions &actions = m_outlet.actions();
    m_record->core.handle(std::move(event), now, actions);
    for (CoreAction &action : actions)
        std::visit([this](auto &one) { carryOut(one); }, action);
    actions.clear();
}

/// The snapshot belongs to the session, not to the instance that made it: it counts as soon as it is durable,
/// also when the instance is gone by then and nobody is told of it.
void SessionLoop::keepSnapshot(const StoreVerdict &verdict)
{
    if (!m_record->snapshotInFlight || m_record->snapshotTicket != verdict.ticket)
        return;
    if (verdict.verdict == Verdict::Committed)
        m_record->snapshot = std::move(m_record->snapshotInFlight);
    m_record->snapshotInFlight.reset();
}

void SessionLoop::carryOut(SubmitWrite &action)
{
    if (const auto *finish = std::get_if<FinishRunOperation>(&action.set.operation);
        finish && finish->snapshot) {
        m_record->snapshotInFlight = finish->snapshot;
        m_record->snapshotTicket = action.set.ticket;
    }
    m_outlet.submitWrite(std::move(action.set));
}

void SessionLoop::carryOut(CreateExecutor &)
{
    const quint32 generation = ++m_record->generation;
    m_record->link = std::make_unique<ExecutorLink>(m_record->core.id(), generation, m_outlet.inbox());
    if (!m_record->factory) {
        m_record->link->created(Error{ErrorKind::NotFound, QStringLiteral("the session has no executor")});
        return;
    }
    CreateCall call;
    call.session = m_record->core.id();
    call.sessionName = m_record->name;
    call.instanceId = m_record->core.id().toText() + '/' + m_outlet.freshRunId().toText();
    call.generation = generation;
    call.snapshot = m_record->snapshot;
    m_record->link->create(*m_record->factory, call);
}

// An instance can be gone before the core has heard of it or after a write that it outlived. Every call that
// expects an answer gets one all the same, or the session would wait for ever.

void SessionLoop::carryOut(StartApply &action)
{
    if (Executor *executor = m_record->executor())
        executor->apply({action.run, std::move(action.primitive), action.attempt, action.deadline});
    else
        deliver(ApplyFinished{action.run, RunAbandoned{QStringLiteral("the executor is gone")}});
}

void SessionLoop::carryOut(StartDirectRun &action)
{
    m_outlet.startDirectRun(*m_record, action);
}

void SessionLoop::carryOut(ForgetDirectRun &action)
{
    m_outlet.forgetDirectRun(action.run);
}

void SessionLoop::carryOut(CancelRun &action)
{
    if (const auto direct = m_record->direct.lock(); direct && direct->run == action.run) {
        direct->cancel(action.mode);
        return;
    }
    if (Executor *executor = m_record->executor())
        executor->cancel(action.run, action.mode, action.reason);
}

void SessionLoop::carryOut(InterruptPrepared &action)
{
    m_outlet.interruptPrepared(*m_record, action);
}

void SessionLoop::carryOut(AbandonRun &action)
{
    if (const auto direct = m_record->direct.lock(); direct && direct->run == action.run) {
        direct->finish(RunAbandoned{action.reason}); // Or it has just ended, and that answer stands.
        return;
    }
    if (Executor *executor = m_record->executor())
        executor->abandon(action.run, action.reason);
    else
        deliver(ApplyFinished{action.run, RunAbandoned{QStringLiteral("the executor is gone")}});
}

void SessionLoop::carryOut(StageContext &action)
{
    if (Executor *executor = m_record->executor()) {
        executor->stageContext({action.run, action.input, std::move(action.context)});
        return;
    }
    deliver(ContextStaged{action.run, action.input,
                          Error{ErrorKind::NotReady, QStringLiteral("the executor is gone")}});
}

void SessionLoop::carryOut(DiscardContext &action)
{
    if (Executor *executor = m_record->executor())
        executor->discardContext(action.run, std::move(action.keys));
}

void SessionLoop::carryOut(CommitCheckpoint &action)
{
    if (Executor *executor = m_record->executor())
        executor->checkpointCommitted(action.run, action.sequence, action.snapshot);
    else // Nobody is left behind: the next instance starts from that very snapshot.
        deliver(CheckpointFinished{action.run, {}});
}

void SessionLoop::carryOut(StopExecutor &action)
{
    if (Executor *executor = m_record->executor())
        executor->stop(action.kind, action.reason);
    else
        deliver(StopFinished{});
}

void SessionLoop::carryOut(DestroyExecutor &)
{
    m_record->link.reset();
    m_record->blocked.clear();
}

void SessionLoop::carryOut(CleanupExecutor &action)
{
    if (!m_record->factory) {
        deliver(CleanupFinished{action.round, {}});
        return;
    }
    CleanupCall call;
    call.cause = action.cause;
    call.session = m_record->core.id();
    call.sessionName = m_record->name;
    call.snapshot = m_record->snapshot;
    call.attempt = action.attempt;
    m_record->factory->cleanup(call, [inbox = m_outlet.inbox(), session = m_record->core.id(),
                                      name = m_record->name, generation = m_record->generation,
                                      round = action.round](const Result<void> &result) {
        if (inbox->post(ExecutorMessage{session, generation, CleanupFinished{round, result}}) || result.ok())
            return;
        logLateMisbehaviour(name, QStringLiteral("clean-up is owed: %1").arg(result.error().message));
    });
}

void SessionLoop::carryOut(ReplyAccept &action)
{
    m_outlet.replyAccept(action.command, std::move(action.receipt));
}

void SessionLoop::carryOut(ReplyCommand &action)
{
    m_outlet.replyCommand(action.command, std::move(action.receipt));
}

void SessionLoop::carryOut(ResolveWaiter &action)
{
    m_outlet.resolveWaiter(action.waiter, std::move(action.outcome));
}

void SessionLoop::carryOut(Emit &action)
{
    m_outlet.sessionSaid(*m_record, std::move(action.event), m_row);
}

void SessionLoop::carryOut(ReportFenced &action)
{
    m_outlet.storeFenced(action.owner);
}

void SessionLoop::carryOut(LoadKeys &action)
{
    m_outlet.loadKeys(*m_record, action);
}

void SessionLoop::carryOut(ReloadSession &)
{
    m_outlet.reloadSession(*m_record);
}

void SessionLoop::carryOut(SessionReleased &)
{
    m_outlet.sessionReleased(*m_record);
}

void SessionLoop::carryOut(ReplyOperation &action)
{
    m_outlet.replyOperation(action.command, std::move(action.receipt));
}

void SessionLoop::carryOut(ResolveOperations &action)
{
    m_outlet.resolveOperations(action.waiter, std::move(action.answer));
}

void SessionLoop::carryOut(MintContinuation &)
{
    m_outlet.mintContinuation(*m_record);
}

void SessionLoop::carryOut(ShutdownFinished &)
{
    m_outlet.sessionShutDown(*m_record);
}

} // namespace burrow
