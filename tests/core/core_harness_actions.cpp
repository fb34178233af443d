// SPDX-License-Identifier: Apache-2.0
// What the shell does with each action, and the rules that an action may not break whatever the test is about.
#include "core_harness.h"

#include "core_rules.h"

namespace burrow::test {

void CoreHarness::carry(SubmitWrite &action)
{
    require(action.set.ticket > m_lastTicket, "tickets are numbered in the order of their writes");
    require(!m_untrusted, "nothing is written from a memory copy that is not trusted");
    m_lastTicket = std::max(m_lastTicket, action.set.ticket);
    writes.push_back(action.set);
    m_pendingWrites.push_back(std::move(action.set));
}

void CoreHarness::carry(CreateExecutor &)
{
    require(m_instance == Instance::None, "an executor is made only when the one before is gone");
    require(core.view().restartAt == MonotonicTime::never(),
            "an executor that died is made again after its wait");
    m_instance = Instance::Creating;
    ++creations;
}

void CoreHarness::carry(StartApply &action)
{
    require(m_instance == Instance::Ready, "a run is started only on an instance that is ready");
    require(!m_stopOpen && !m_checkpointOpen && !m_stageOpen,
            "a run is started when every call before it is answered");
    checkStart(action);
    if (m_dead)
        m_lateAnswers.push_back(ApplyFinished{action.run, RunError{.cause = FailureCause::ExecutorStopped,
                                                                   .message = QStringLiteral("it is dead")}});
    m_openDirect = false;
    applies.push_back(action);
    m_openApply = std::move(action);
}

void CoreHarness::carry(StartDirectRun &action)
{
    require(m_directs.erase(action.run) == 1, "a direct run takes place once, and only where it was asked for");
    StartApply start{action.run, action.primitive, action.attempt, {}};
    checkStart(start);
    m_openDirect = true;
    m_openApply = std::move(start);
}

void CoreHarness::carry(ForgetDirectRun &action)
{
    require(m_directs.erase(action.run) == 1, "a direct run is forgotten once, and only when it has not begun");
    forgotten.push_back(action.run);
}

/// What holds for a run, whoever carries it out.
void CoreHarness::checkStart(const StartApply &action)
{
    require(!m_openApply, "a session has one run open at a time");
    require(action.primitive != nullptr && !action.primitive->contributors.empty(), "a run has contributors");
    require(m_runs.insert(action.run).second, "a run id is used once");
    require(core.registers().run == action.run, "the run that is started is the run that is bound");
    if (action.primitive == nullptr)
        return;
    for (const Contributor &contributor : action.primitive->contributors) {
        const quint64 sequence = sequenceOf(contributor.input);
        const InputRecord *open = record({0, contributor.input, 0});
        require(open != nullptr && open->registers.phase == InputPhase::Staged
                    && open->registers.run == action.run,
                "a contributor is staged for the run that is started");
        require(contributor.attempt > 0 && m_attempts[contributor.input] < contributor.attempt,
                "an attempt number never repeats");
        m_attempts[contributor.input] = contributor.attempt;
        if (!m_storedInputs.contains(contributor.input))
            continue;
        require(store.covers(sequence, contributor.attempt),
                "a stored input is started only under a grant that is durable");
        require(action.attempt == contributor.attempt,
                "the attempt number of the run is the one that was granted");
        store.started(sequence, contributor.attempt);
    }
}

void CoreHarness::carry(CancelRun &action)
{
    require(m_openApply && m_openApply->run == action.run, "a cancel names the run that is open");
    cancels.push_back(std::move(action));
}

void CoreHarness::carry(InterruptPrepared &action)
{
    require(m_instance == Instance::None, "a provisional interrupt is for a session without an executor");
    m_answers.push_back(InterruptAnswered{action.command, {}});
    interrupts.push_back(std::move(action));
}

void CoreHarness::carry(AbandonRun &action)
{
    require(m_openApply && m_openApply->run == action.run, "only the run that is open is given up");
    abandons.push_back(action);
    if (!m_openDirect)
        m_instance = Instance::Lost;
    if (script.endCrosses)
        m_answers.push_back(ApplyFinished{action.run, output()});
    else
        m_answers.push_back(ApplyFinished{action.run, RunAbandoned{action.reason}});
    m_openApply.reset();
}

void CoreHarness::carry(StageContext &action)
{
    require(m_openApply && m_openApply->run == action.run, "context is staged into the run that is open");
    require(!m_stageOpen, "context is staged one input at a time");
    require(m_everStaged.insert(action.input).second, "an input is staged once");
    require(!action.context.empty(), "what is staged has content");
    for (const Append &append : action.context)
        require(!append.key.isEmpty(), "what is staged can be taken back by its key");
    stagings.push_back(action);
    m_stageOpen = std::move(action);
}

void CoreHarness::carry(DiscardContext &action)
{
    require(!stagings.empty() && stagings.back().run == action.run, "only what was staged is taken back");
    discards.push_back(std::move(action));
}

void CoreHarness::carry(CommitCheckpoint &action)
{
    require(m_instance == Instance::Ready, "the checkpoint hook is called on an instance that is there");
    require(store.snapshot() == action.snapshot, "the checkpoint hook hears of a snapshot that is durable");
    if (m_dead)
        m_lateAnswers.push_back(
            CheckpointFinished{action.run, Error{ErrorKind::Plugin, QStringLiteral("it is dead")}});
    checkpoints.push_back(action);
    m_checkpointOpen = std::move(action);
}

void CoreHarness::carry(StopExecutor &action)
{
    require(m_instance == Instance::Ready, "an executor is stopped once, and while it is there");
    require(!m_openApply && !m_checkpointOpen && !m_stageOpen,
            "an executor is stopped after its run has ended");
    if (m_dead)
        m_lateAnswers.push_back(StopFinished{});
    stops.push_back(std::move(action));
    m_stopOpen = true;
}

void CoreHarness::carry(DestroyExecutor &)
{
    require(m_instance != Instance::None, "an instance is destroyed once");
    require(!m_openApply || m_openDirect, "an instance is destroyed after its run has been answered");
    m_instance = Instance::None;
    m_dead = false;
    m_stopOpen = false;
    m_checkpointOpen.reset();
    m_stageOpen.reset();
    ++destructions;
}

void CoreHarness::carry(CleanupExecutor &action)
{
    require(m_instance == Instance::None, "clean-up comes after the instance is gone");
    require(store.cleanupOwed() == action.cause, "clean-up comes only when it is durable that it is owed");
    cleanups.push_back(action.cause);
    m_cleanupOpen = action.round;
}

void CoreHarness::carry(ReplyAccept &action)
{
    const auto asked = m_asked.find(action.command);
    if (asked == m_asked.end()) {
        violated(QStringLiteral("an accept is answered twice, or was never asked"));
        return;
    }
    const AcceptReceipt &receipt = action.receipt;
    require(receipt.input == asked->second.input, "the answer names the input that was submitted");
    require(receipt.verdict != AcceptReceipt::Verdict::Rejected || receipt.refusal != Refusal::None,
            "a rejection says why");
    require(receipt.verdict != AcceptReceipt::Verdict::Rejected || !receipt.message.isEmpty(),
            "a rejection has a sentence");
    if (receipt.accepted()) {
        require(!m_storedInputs.contains(receipt.input) || store.hasOpen(sequenceOf(receipt.input))
                    || store.ended(sequenceOf(receipt.input)) != nullptr,
                "a stored input is acknowledged only when it is durable");
        require(m_lives.contains(receipt.input), "an input is published before it is acknowledged");
        if (receipt.consumedOnAccept)
            inputEnded(receipt.input);
    }
    if (receipt.willResolve) {
        require(asked->second.waiter != 0, "only who waits is promised an answer");
        m_waiting.insert(asked->second.waiter);
    }
    m_receipts[action.command] = receipt;
    m_replied.insert(action.command);
    replies.push_back(action.command);
    m_asked.erase(asked);
}

void CoreHarness::carry(ReplyCommand &action)
{
    const auto asked = m_asked.find(action.command);
    if (asked == m_asked.end()) {
        violated(QStringLiteral("a command is answered twice, or was never asked"));
        return;
    }
    require(action.receipt.ok() || !action.receipt.message.isEmpty(), "a refusal has a sentence");
    require(action.receipt.ok() == (action.receipt.refusal == Refusal::None), "a refusal says why");
    if (asked->second.waiter != 0 && action.receipt.ok())
        m_waiting.insert(asked->second.waiter);
    m_replies[action.command] = action.receipt;
    m_replied.insert(action.command);
    replies.push_back(action.command);
    m_asked.erase(asked);
}

void CoreHarness::carry(ResolveWaiter &action)
{
    require(m_waiting.erase(action.waiter) == 1,
            "a waiter is resolved once, and only one that was promised it");
    const Outcome &outcome = action.outcome;
    const FinishedInput *ended = store.ended(sequenceOf(action.input));
    const bool stored = m_storedInputs.contains(action.input);
    require(!outcome.succeeded() || !stored || ended != nullptr, "success is told only when it is durable");
    require(outcome.succeeded() || !outcome.reason.isEmpty(), "what did not succeed says why");
    require(outcome.succeeded() || outcome.text.isEmpty(), "a result that is not durable is not handed out");
    require(!stored || ended == nullptr || m_untrusted || !contradicts(outcome, *ended),
            "what a waiter hears is what outcome(id) says later");
    m_outcomes[action.waiter] = outcome;
}

void CoreHarness::carry(Emit &action)
{
    const LifecycleEvent &event = action.event;
    switch (event.code) {
    case EventCode::InputAccepted:
        require(m_lives.emplace(event.input, Life::Acknowledged).second, "an input is accepted once");
        ++m_acknowledged;
        break;
    case EventCode::InputConsumed:
    case EventCode::InputAbandoned:
    case EventCode::InputSuperseded:
    case EventCode::InputCoalesced:
        inputEnded(event.input);
        break;
    case EventCode::RuntimeStateChanged:
        require(event.to != Phase::Stopped || store.row().phase == Phase::Stopped || m_storeFailed
                    || m_shutdown,
                "stopped is visible only when it is durable, or after the store has failed");
        require(event.to != Phase::Destroyed || store.row().phase == Phase::Destroyed,
                "destroyed is visible only when it is durable");
        break;
    default:
        break;
    }
    events.push_back(event);
}

void CoreHarness::carry(ReportFenced &action)
{
    fences.push_back(action.owner);
}

void CoreHarness::carry(LoadKeys &action)
{
    require(action.round > m_keyRound, "every question for keys has a number of its own");
    m_keyRound = action.round;
    m_keysOpen = true;
}

void CoreHarness::carry(ReloadSession &)
{
    require(!m_reloadOpen && m_pendingWrites.empty() && !m_openApply,
            "a session is read again when nothing of it is going on");
    m_reloadOpen = true;
}

void CoreHarness::carry(ShutdownFinished &)
{
    require(m_shutdown && shutdownsFinished == 0, "a shutdown finishes once");
    require(outsideIsQuiet() && m_instance == Instance::None, "a shutdown finishes when nothing is open");
    require(m_waiting.empty(), "a shutdown leaves nobody waiting");
    ++shutdownsFinished;
}

void CoreHarness::carry(SessionReleased &)
{
    require(!m_released, "a session is let go of once");
    require(outsideIsQuiet() && m_instance == Instance::None && !m_keysOpen && !m_reloadOpen,
            "a session is let go of when nothing of it is on its way");
    require(m_waiting.empty() && m_operationsAsked.empty(),
            "a session that is let go of leaves nobody waiting");
    m_released = true;
    forgetLives();
}

void CoreHarness::inputEnded(InputId input)
{
    const auto found = m_lives.find(input);
    require(found != m_lives.end() && found->second == Life::Acknowledged, "an input ends once");
    if (found != m_lives.end() && std::exchange(found->second, Life::Ended) == Life::Acknowledged)
        --m_acknowledged;
    require(!m_storedInputs.contains(input) || store.ended(sequenceOf(input)) != nullptr,
            "the end of a stored input is durable before anybody hears of it");
}

} // namespace burrow::test
