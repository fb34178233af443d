// SPDX-License-Identifier: Apache-2.0
// How a step happens: what the core is told, and what becomes of the store, the executor and the callers.
#include "world.h"

namespace burrow::test {

namespace {

/// Of some earlier process; no run that is started is called like that.
constexpr RunId another_run{{2, 1ULL << 40}};

const QString it_broke = QStringLiteral("it broke");

} // namespace

World::World(const Scenario &scenario)
    : m_scenario(&scenario)
    , m_left(scenario.budget)
{
    auto store = std::make_shared<StoreModel>();
    SessionRow row;
    row.phase = scenario.opensAs;
    store->setRow(row);
    for (std::size_t at = 0; at < scenario.storedBefore; ++at) {
        Known &before = m_known[at];
        before.sequence = ++m_lastSequence;
        before.life = Life::Open;
        m_scriptOf[before.sequence] = static_cast<quint8>(at);
        InputRow stored;
        stored.input = scenario.input(at, before.sequence);
        stored.sequence = before.sequence;
        stored.payloadHash = payloadHash(*stored.input);
        const bool steers = stored.input->handling == HandlingMode::Steer;
        stored.plan.lane = steers ? Lane::Steer : Lane::Queue;
        stored.registers.phase = InputPhase::Queued;
        stored.registers.lane = stored.registers.recoveryLane = stored.plan.lane;
        stored.registers.admission = limits::admission_sequence_first + at;
        store->put(stored);
    }
    m_store = std::move(store);
    open();
    check();
    if (scenario.attached)
        lifecycle(LifecycleVerb::Attach);
}

World::World(const World &other)
    : m_scenario(other.m_scenario)
    , m_core(other.m_core->clone())
    , m_store(other.m_store)
    , m_writes(other.m_writes)
    , m_now(other.m_now)
    , m_known(other.m_known)
    , m_scriptOf(other.m_scriptOf)
    , m_left(other.m_left)
    , m_commandsOpen(other.m_commandsOpen)
    , m_instance(other.m_instance)
    , m_apply(other.m_apply)
    , m_runId(other.m_runId)
    , m_staging(other.m_staging)
    , m_checkpointOpen(other.m_checkpointOpen)
    , m_stopOpen(other.m_stopOpen)
    , m_boundaryOpen(other.m_boundaryOpen)
    , m_keysOpen(other.m_keysOpen)
    , m_imageOpen(other.m_imageOpen)
    , m_storeFailed(other.m_storeFailed)
    , m_untrusted(other.m_untrusted)
    , m_shutdown(other.m_shutdown)
    , m_shutdownFinished(other.m_shutdownFinished)
    , m_released(other.m_released)
    , m_asked(other.m_asked)
    , m_asksOpen(other.m_asksOpen)
    , m_minting(other.m_minting)
    , m_contributors(other.m_contributors)
    , m_lastContributor(other.m_lastContributor)
    , m_lastSequence(other.m_lastSequence)
    , m_lastCommand(other.m_lastCommand)
    , m_lastRun(other.m_lastRun)
    , m_keyRound(other.m_keyRound)
    , m_lastTicket(other.m_lastTicket)
    , m_broken(other.m_broken)
{
}

World &World::operator=(const World &other)
{
    World copy(other);
    *this = std::move(copy);
    return *this;
}

void World::take(Step step)
{
    m_actions.clear();
    m_wasCommand = m_wasWait = m_takesNone = m_recovery = m_isReload = false;
    m_rulesAsked = 0;
    noteOperations();
    if (const std::size_t script = indexIn(step, Step::Submit, scripts_max); script < scripts_max) {
        submit(script);
    } else if (const std::size_t durable = indexIn(step, Step::Crash, 8); durable < 8) {
        --m_left.crashes;
        crash(durable);
    } else if (const std::size_t at = indexIn(step, Step::Control, 16); at < 16) {
        --m_left.controls;
        control(static_cast<Control>(at));
    } else if (const std::size_t asked = indexIn(step, Step::Ask, operation_asks_max);
               asked < operation_asks_max) {
        --m_left.asks;
        ask(asked);
    } else if (step == Step::Mint) {
        mint();
    } else if (!takeStoreStep(step) && !takeExecutorStep(step)) {
        if (step == Step::Turn)
            feed(Turn{RunId{Uuid::version7(2, 0, ++m_lastRun)}});
        else
            tick();
    }
}

bool World::takeStoreStep(Step step)
{
    switch (step) {
    case Step::NotWritten:
    case Step::Refuse:
    case Step::Fence:
    case Step::LoseTrack:
    case Step::LoseTrackDurable:
        --m_left.faults;
        answer(step);
        return true;
    case Step::Commit:
    case Step::Fall:
        answer(step);
        return true;
    case Step::GiveKeys:
        m_keysOpen = false;
        feed(KeysLoaded{m_keyRound, m_store->keys(), {}});
        return true;
    case Step::GiveNoKeys:
        --m_left.faults;
        m_keysOpen = false;
        feed(KeysLoaded{m_keyRound, Error{ErrorKind::Io, it_broke}, {}});
        return true;
    case Step::GiveImage:
        giveImage(true);
        return true;
    case Step::GiveNoImage:
        --m_left.faults;
        giveImage(false);
        return true;
    default:
        return false;
    }
}

bool World::takeExecutorStep(Step step)
{
    const Error broke{ErrorKind::Plugin, it_broke};
    switch (step) {
    case Step::Create:
        m_instance = Instance::Ready;
        feed(ExecutorCreated{Result<void>{}});
        return true;
    case Step::CreateNot:
    case Step::CreateNever:
        --m_left.faults;
        m_instance = Instance::None;
        feed(ExecutorCreated{
            Error{step == Step::CreateNever ? ErrorKind::Configuration : ErrorKind::Plugin, it_broke}});
        return true;
    case Step::Succeed:
    case Step::SucceedWithSnapshot:
    case Step::Fail:
    case Step::EndCancelled:
    case Step::Lie:
    case Step::ClaimTerminal:
    case Step::LeaveUnanswered:
        endRun(step);
        return true;
    case Step::Die:
        die();
        return true;
    case Step::Checkpoint:
    case Step::CheckpointNot:
        m_left.faults -= step == Step::CheckpointNot ? 1 : 0;
        m_checkpointOpen = false;
        feed(CheckpointFinished{m_runId, step == Step::Checkpoint ? Result<void>{} : Result<void>{broke}});
        return true;
    case Step::Rest:
    case Step::RestNot:
        m_left.faults -= step == Step::RestNot ? 1 : 0;
        m_stopOpen = false;
        m_instance = m_instance == Instance::Ready ? Instance::Stopped : m_instance;
        feed(StopFinished{step == Step::Rest ? Result<void>{} : Result<void>{broke}});
        return true;
    case Step::Stage:
    case Step::StageWithSnapshot:
    case Step::StageNot:
        stage(step);
        return true;
    case Step::OpenBoundary:
        m_boundaryOpen = true;
        feed(BoundaryChanged{m_runId, true, 1});
        return true;
    default:
        return false;
    }
}

void World::feed(CoreEvent event)
{
    CoreActions actions;
    m_core->handle(std::move(event), m_now, actions);
    for (const CoreAction &action : actions)
        std::visit([this](const auto &one) { carry(one); }, action);
    m_actions.insert(m_actions.end(), std::make_move_iterator(actions.begin()),
                     std::make_move_iterator(actions.end()));
    check();
    if (const quint32 round = std::exchange(m_cleanup, 0))
        feed(CleanupFinished{round, {}});
}

void World::submit(std::size_t at)
{
    Known &input = m_known[at];
    input.life = Life::Asked;
    input.asked = true;
    input.sequence = ++m_lastSequence;
    m_scriptOf[input.sequence] = static_cast<quint8>(at);
    m_takesNone = !takesInput() || m_released;
    AcceptCommand command;
    command.command = at + 1;
    command.input = m_scenario->input(at, input.sequence);
    command.withoutWake = script(at).withoutWake;
    if (script(at).wait)
        command.waiter = {at + 1, *script(at).wait};
    m_wasCommand = true;
    feed(std::move(command));
}

void World::control(Control control)
{
    switch (control) {
    case Control::Wake:
        return feed(Wake{});
    case Control::Attach:
        return lifecycle(LifecycleVerb::Attach);
    case Control::Start:
        return lifecycle(LifecycleVerb::Start);
    case Control::Stop:
        return lifecycle(LifecycleVerb::Stop);
    case Control::CancelAtBoundary:
        return cancel(CancelMode::Boundary, {});
    case Control::Interrupt:
        return cancel(CancelMode::Hard, {});
    case Control::CancelAnother:
        return cancel(CancelMode::Hard, another_run);
    case Control::ShutDown:
        return shutDown(CancelMode::Boundary);
    case Control::ShutDownHard:
        return shutDown(CancelMode::Hard);
    case Control::Retire:
        return lifecycle(LifecycleVerb::Retire);
    case Control::AbandonPending:
        return lifecycle(LifecycleVerb::AbandonPending);
    case Control::Reset:
        return lifecycle(LifecycleVerb::Reset);
    case Control::Recycle:
        return lifecycle(LifecycleVerb::Recycle);
    case Control::Recover:
        return lifecycle(LifecycleVerb::Recover);
    case Control::Destroy:
        return lifecycle(LifecycleVerb::Destroy);
    case Control::Unregister:
        return lifecycle(LifecycleVerb::Unregister);
    }
}

/// Commands of people are numbered from 16 on, so that no accept has their number.
void World::lifecycle(LifecycleVerb verb)
{
    const quint32 command = m_lastCommand++;
    m_commandsOpen |= 1U << command;
    m_wasCommand = true;
    const bool ends =
        verb == LifecycleVerb::Stop || verb == LifecycleVerb::Destroy || verb == LifecycleVerb::Unregister;
    if (ends && m_apply)
        m_apply->aimedAt = true;
    feed(LifecycleCommand{command + 16, verb, QStringLiteral("asked")});
}

void World::cancel(CancelMode mode, RunId run)
{
    const quint32 command = m_lastCommand++;
    m_commandsOpen |= 1U << command;
    m_wasCommand = true;
    if (m_apply && (run.isNull() || run == m_runId))
        m_apply->aimedAt = true;
    feed(CancelCommand{command + 16, mode, run, QStringLiteral("a person asked for it")});
}

void World::shutDown(CancelMode mode)
{
    m_shutdown = true;
    if (m_apply)
        m_apply->aimedAt = true;
    feed(ShutdownCommand{mode});
}

void World::commit(const WriteSet &set)
{
    auto store = std::make_shared<StoreModel>(*m_store);
    require(!store->commit(set), "the store takes every write");
    m_store = std::move(store);
}

void World::answer(Step step)
{
    const PendingWrite write = m_writes.front();
    m_writes.erase(m_writes.begin());
    const TicketNumber ticket = write.set->ticket;
    if (step == Step::Commit) {
        commit(*write.set);
        const auto *lifecycle = std::get_if<LifecycleOperation>(&write.set->operation);
        m_recovery = lifecycle != nullptr && lifecycle->verb == lifecycleVerbName(LifecycleVerb::Recover);
        feed(StoreVerdict{ticket, Verdict::Committed, {}});
        return;
    }
    if (step == Step::Fall) {
        feed(StoreVerdict{ticket, write.verdict, QStringLiteral("after an earlier one")});
        return;
    }
    const bool accept = std::holds_alternative<AcceptOperation>(write.set->operation);
    const bool grant = std::holds_alternative<GrantOperation>(write.set->operation);
    const bool operations = std::holds_alternative<OperationsOperation>(write.set->operation);
    m_storeFailed = m_storeFailed || (!accept && !grant && !operations);
    if (step == Step::NotWritten) {
        dropUnwritten(*write.set);
        feed(StoreVerdict{ticket, Verdict::NotWritten, QStringLiteral("no space is left")});
        return;
    }
    if (step == Step::LoseTrackDurable)
        commit(*write.set);
    const Verdict verdict = step == Step::Refuse  ? Verdict::Refused
                            : step == Step::Fence ? Verdict::Fenced
                                                  : Verdict::Unknown;
    fallBehind(verdict);
    feed(StoreVerdict{ticket, verdict, QStringLiteral("another host, or a row that differs")});
}

/// What was submitted behind it falls with it, and nothing may be submitted any more.
void World::fallBehind(Verdict verdict)
{
    for (PendingWrite &later : m_writes) {
        later.fallen = true;
        later.verdict = verdict;
    }
    m_untrusted = m_storeFailed = true;
}

void World::tick()
{
    m_now = std::max(m_now, m_core->deadline());
    // A turn whose time is over is cancelled, and one that was asked to end is asked again.
    if (m_apply)
        m_apply->aimedAt = true;
    feed(Tick{});
    require(m_core->deadline() > m_now, "a deadline that has passed is not due after its tick");
}

RunEnd World::endFor(Step step) const
{
    switch (step) {
    case Step::Fail:
        return RunError{.cause = FailureCause::RuntimeTurn, .message = it_broke};
    case Step::ClaimTerminal:
        return RunError{.message = it_broke, .machineTerminal = true};
    case Step::EndCancelled:
        return RunCancelled{QStringLiteral("as asked")};
    case Step::LeaveUnanswered:
        return RunAbandoned{QStringLiteral("it hangs")};
    default:
        break;
    }
    RunOutput output;
    output.receipt.run = m_runId;
    output.receipt.boundary = m_apply->primitive->boundary;
    for (const Contributor &contributor : m_apply->primitive->contributors)
        output.receipt.contributors.push_back(contributor.input);
    if (step == Step::Lie)
        output.receipt.contributors.back() = {Uuid::version7(1, 0, 99)};
    output.terminal = RunTerminal::Result;
    output.text = "the answer";
    if (step == Step::SucceedWithSnapshot)
        output.snapshot = QByteArray("snapshot");
    return output;
}

void World::endRun(Step step)
{
    const bool unasked = step == Step::EndCancelled && !m_apply->aimedAt;
    if (step == Step::Lie || step == Step::ClaimTerminal || unasked)
        --m_left.faults;
    m_left.failures -= step == Step::Fail ? 1 : 0;
    RunEnd end = endFor(step);
    m_apply.reset();
    m_boundaryOpen = false;
    feed(ApplyFinished{m_runId, std::move(end)});
}

/// The run may have ended meanwhile; then its end waits for this answer.
void World::stage(Step step)
{
    const InputId input = std::exchange(m_staging, {});
    Result<StagedContext> result = StagedContext{};
    if (step == Step::StageWithSnapshot) {
        result = StagedContext{QByteArray("snapshot")};
    } else if (step == Step::StageNot) {
        --m_left.faults;
        result = Error{ErrorKind::Plugin, it_broke};
    }
    feed(ContextStaged{m_runId, input, std::move(result)});
}

/// Its process ends; what was open will not be answered any more.
void World::die()
{
    --m_left.faults;
    m_instance = Instance::Lost;
    m_apply.reset();
    m_boundaryOpen = m_checkpointOpen = m_stopOpen = false;
    m_staging = {};
    feed(ExecutorDied{QStringLiteral("its process ended"), ExecutorEnding::Failed});
}

} // namespace burrow::test
