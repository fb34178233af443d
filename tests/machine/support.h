// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "machine/session_machine.h"

#include <QTest>

#include <memory>

/// What the tests of the machines share: named values, sessions in a given phase, and scenarios as data rows.
namespace burrow {

template <typename IdType>
IdType idOf(quint64 number)
{
    return {Uuid{1, number}};
}

inline const SessionId this_session = idOf<SessionId>(1);
inline const SessionId other_session = idOf<SessionId>(2);
inline const RunId run_a = idOf<RunId>(10);
inline const RunId run_b = idOf<RunId>(11);
inline const EpochId first_epoch = idOf<EpochId>(20);
inline const EpochId second_epoch = idOf<EpochId>(21);

using BindingPointer = std::shared_ptr<const RuntimeBinding>;

inline BindingPointer bindingOf(const char *runtime, EpochId epoch = first_epoch)
{
    RuntimeBinding binding;
    binding.runtimeId = runtime;
    binding.fence = 0;
    binding.epoch = epoch;
    return std::make_shared<const RuntimeBinding>(binding);
}

inline std::shared_ptr<const SilentIntents> someIntents()
{
    return std::make_shared<const SilentIntents>(SilentIntents{"ping", "presence"});
}

/// A registered, bound session with silent intents in the given phase; Running holds run_a, started from Idle.
inline SessionRegisters sessionIn(Phase phase, Phase preRun = Phase::Idle)
{
    SessionRegisters registers;
    registers.phase = phase;
    registers.binding = bindingOf("rt:session:1");
    registers.silentIntents = someIntents();
    if (phase != Phase::Initializing)
        registers.session = this_session;
    if (phase == Phase::Running) {
        registers.run = run_a;
        registers.preRun = preRun;
    }
    return registers;
}

/// Equal in every register; shared facts by identity, because a refused step must not even copy them.
inline bool identical(const SessionRegisters &a, const SessionRegisters &b)
{
    return a.phase == b.phase && a.preRun == b.preRun && a.registration == b.registration
           && a.stopDeferred == b.stopDeferred && a.loopStopOwed == b.loopStopOwed
           && a.drainExitOwed == b.drainExitOwed && a.waitersOwed == b.waitersOwed && a.session == b.session
           && a.run == b.run && a.lastCompletionRun == b.lastCompletionRun && a.binding == b.binding
           && a.silentIntents == b.silentIntents;
}

inline SessionInput command(SessionVerb verb)
{
    SessionInput input;
    input.verb = verb;
    input.session = this_session;
    return input;
}

inline SessionInput onRun(SessionVerb verb, RunId run)
{
    SessionInput input = command(verb);
    input.run = run;
    return input;
}

inline SessionInput withBinding(SessionVerb verb, BindingPointer binding)
{
    SessionInput input = command(verb);
    input.binding = std::move(binding);
    return input;
}

/// The end of a run, as a turn in that phase reports it.
inline SessionInput ended(SessionVerb verb, RunId run, TurnPhase phase,
                          FailureCause cause = FailureCause::Unknown)
{
    SessionInput input = onRun(verb, run);
    input.turn = {phase, cause, false};
    return input;
}

/// Recovery from a stored image, into the epoch of `into` if given.
inline SessionInput recovering(SessionRegisters observed, BindingPointer into = nullptr)
{
    SessionInput input;
    input.verb = SessionVerb::RecoverRuntimeAuthority;
    input.observed = std::make_shared<const SessionRegisters>(std::move(observed));
    input.binding = std::move(into);
    return input;
}

/// The same session with the window of an unregistering just opened.
inline SessionRegisters draining(SessionRegisters registers)
{
    registers.registration = Registration::Draining;
    registers.loopStopOwed = registers.drainExitOwed = registers.waitersOwed = true;
    return registers;
}

/// One scenario: given, when and then in a function, its sentence as the tag.
using Scenario = void (*)();

inline void addScenarioColumn()
{
    QTest::addColumn<Scenario>("scenario");
}

inline void addScenario(const char *sentence, Scenario scenario)
{
    QTest::newRow(sentence) << scenario;
}

inline void runScenario()
{
    QFETCH(Scenario, scenario);
    scenario();
}

/// Fails the scenario unless the step is accepted and gives its registers on.
#define ACCEPTED(registers, input)                                                                             \
    do {                                                                                                       \
        const auto acceptedStep = step(registers, input);                                                      \
        QVERIFY2(acceptedStep.accepted, acceptedStep.row);                                                     \
        registers = acceptedStep.next;                                                                         \
    } while (false)

} // namespace burrow
