// SPDX-License-Identifier: Apache-2.0
#include "machine/session_table.h"
#include "session_reference.h"
#include "support.h"

#include <QTest>

#include <map>
#include <random>

/// Walks every pair of verb and phase of the session machine against a matrix written by hand, and then walks
/// at random through 200 000 steps beside a second telling of the machine.
namespace burrow {
namespace {

constexpr std::size_t phase_count = phaseName.names.size();

/// One letter per phase, in the order Initializing, Idle, Attached, Running, Retired, Stopped, Destroyed:
/// where a favourable input leads. I, A, R, T, S, D: Idle, Attached, Running, Retired, Stopped, Destroyed;
/// P: the phase before the run; O: the observed phase; a dot: unchanged; a dash: the phase refuses; b: the
/// bound run refuses; x: refused because destroyed.
struct Expectation
{
    SessionVerb verb;
    const char *targets;
    const char *whileRetiring; ///< Running, and the run goes back to Retired.
    quint32 effects;
};

// clang-format off
constexpr Expectation expectations[] = {
    //                                                     nIARTSD
    {SessionVerb::Initialize,                             "I-----x", "-", 0},
    {SessionVerb::RegisterSession,                        "-.....x", ".", 0},
    {SessionVerb::PrepareBindings,                        ".A....x", ".", RuntimeBound},
    {SessionVerb::EnsureSessionWithExecutor,              "-A....x", ".", 0},
    {SessionVerb::DetachExecutor,                         "-.Ib--x", "b", 0},
    {SessionVerb::Prepare,                                "-RRb--x", "b", SubmitRunPrimitive},
    {SessionVerb::DrainQueuedRun,                         "---bR-x", "b", SubmitRunPrimitive},
    {SessionVerb::Commit,                                 "---P--x", "T", 0},
    {SessionVerb::Fail,                                   "---P--x", "T", RecordTerminalOutcome},
    {SessionVerb::CancelRun,                              "---P--x", "T", RecordTerminalOutcome},
    {SessionVerb::RollbackRun,                            "---P--x", "T", 0},
    {SessionVerb::ServiceTurnCommitted,                   "---P--x", "T", 0},
    {SessionVerb::Retire,                                 "-TT..Tx", ".", RuntimeRetired},
    {SessionVerb::Reset,                                  "IIIbI-x", "b", NoticeReset},
    {SessionVerb::StopRuntimeExecutor,                    ".....-x", ".", NoticeStop | EffectStop},
    {SessionVerb::RuntimeExecutorExited,                  "-SSS..x", "T", NoticeExit},
    {SessionVerb::InterruptCurrentRun,                    "--..--x", ".", WakeInterrupt | RequestCancellationAtBoundary},
    {SessionVerb::CancelAfterBoundary,                    "--..--x", ".", RequestCancellationAtBoundary | EffectCancelAfterBoundary},
    {SessionVerb::Recycle,                                "-I.bI-x", "b", InitiateRecycle},
    {SessionVerb::Recover,                                "...b..x", "b", NoticeRecover},
    {SessionVerb::RecoverRuntimeAuthority,                "O-----x", "-", 0},
    {SessionVerb::Destroy,                                "DDDDDDx", "D", RuntimeDestroyed},
    {SessionVerb::BeginUnregisterSession,                 "-.....x", ".", RequestLoopStop | RequestDrainExit | RequestWaiterResolution},
    {SessionVerb::RuntimeLoopStoppedForUnregister,        "-.....x", ".", 0},
    {SessionVerb::CommsDrainExitedForUnregister,          "-.....x", ".", 0},
    {SessionVerb::CompletionWaitersResolvedForUnregister, "-.....x", ".", 0},
    {SessionVerb::UnregisterSession,                      "-IIIIIx", "I", 0},
    {SessionVerb::Observe,                                "-.....x", ".", 0},
    {SessionVerb::Abort,                                  "-.....x", ".", 0},
    {SessionVerb::Wait,                                   "-.....x", ".", 0},
    {SessionVerb::AbortAll,                               "-.....x", ".", 0},
    {SessionVerb::PublishEvent,                           "-.....x", ".", IngressNotice},
    {SessionVerb::SetPeerIngressContext,                  "-.....x", ".", 0},
    {SessionVerb::Ingest,                                 "-...--x", "-", ResolveAdmission},
    {SessionVerb::SetSilentIntents,                       "-.....x", ".", 0},
    {SessionVerb::Start,                                  "-.-b-Ix", "b", NoticeStart},
    {SessionVerb::ResolveRuntimeOpsLifecycleDurability,   "-.....x", ".", DeleteOperations},
};
// clang-format on
static_assert(std::size(expectations) == session_verb_count);

/// Effects depend on more than the verb for four verbs only.
quint32 expectedEffects(const Expectation &expectation, const SessionRegisters &registers,
                        const SessionInput &input)
{
    const Phase visible = visiblePhase(registers);
    const bool settled = visible == Phase::Retired || visible == Phase::Stopped;
    const bool boundAlready = registers.binding && input.binding && *registers.binding == *input.binding;
    if (expectation.verb == SessionVerb::PrepareBindings && boundAlready)
        return 0;
    if (expectation.verb == SessionVerb::Retire && !registers.binding)
        return 0;
    if (expectation.verb == SessionVerb::ResolveRuntimeOpsLifecycleDurability)
        return settled ? RetainOperations : DeleteOperations;
    if (expectation.verb == SessionVerb::RuntimeExecutorExited && visible == Phase::Stopped)
        return 0;
    return expectation.effects;
}

SessionRefusal expectedRefusal(char letter)
{
    switch (letter) {
    case '-':
        return SessionRefusal::PhaseRefuses;
    case 'b':
        return SessionRefusal::RunBound;
    case 'x':
        return SessionRefusal::Destroyed;
    default:
        return SessionRefusal::None;
    }
}

Phase expectedTarget(char letter, const SessionRegisters &registers)
{
    switch (letter) {
    case 'I':
        return Phase::Idle;
    case 'A':
        return Phase::Attached;
    case 'R':
        return Phase::Running;
    case 'T':
    case 'O':
        return Phase::Retired;
    case 'S':
        return Phase::Stopped;
    case 'D':
        return Phase::Destroyed;
    case 'P':
        return registers.preRun;
    default:
        return registers.phase;
    }
}

bool needsWindow(SessionVerb verb)
{
    return verb == SessionVerb::RuntimeLoopStoppedForUnregister
           || verb == SessionVerb::CommsDrainExitedForUnregister
           || verb == SessionVerb::CompletionWaitersResolvedForUnregister
           || verb == SessionVerb::UnregisterSession;
}

/// Registers in which every guard of `verb` can hold.
SessionRegisters favourableRegisters(SessionVerb verb, Phase phase, Phase preRun)
{
    SessionRegisters registers = sessionIn(phase, preRun);
    if (verb == SessionVerb::PrepareBindings)
        registers.binding.reset();
    if (needsWindow(verb)) {
        registers.registration = Registration::Draining;
        registers.loopStopOwed = verb == SessionVerb::RuntimeLoopStoppedForUnregister;
        registers.drainExitOwed = verb == SessionVerb::CommsDrainExitedForUnregister;
        registers.waitersOwed = verb == SessionVerb::CompletionWaitersResolvedForUnregister;
    }
    return registers;
}

std::shared_ptr<const SessionRegisters> storedRetired()
{
    return std::make_shared<const SessionRegisters>(sessionIn(Phase::Retired));
}

SessionInput favourableInput(SessionVerb verb, const SessionRegisters &registers)
{
    SessionInput input = command(verb);
    input.run = registers.run.isNull() ? run_b : registers.run;
    input.binding = registers.binding ? registers.binding : bindingOf("rt:session:1");
    input.silentIntents = someIntents();
    input.observed = storedRetired();
    if (verb == SessionVerb::Fail)
        input.turn = {TurnPhase::Failed, FailureCause::RuntimeTurn, false};
    if (verb == SessionVerb::CancelRun)
        input.turn = {TurnPhase::Cancelled, FailureCause::Unknown, true};
    if (verb == SessionVerb::ServiceTurnCommitted)
        input.turn = {TurnPhase::Completed, FailureCause::Unknown, false};
    return input;
}

void checkPair(const Expectation &expectation, char letter, const SessionRegisters &registers)
{
    const SessionInput input = favourableInput(expectation.verb, registers);
    const SessionStep result = step(registers, input);
    const QByteArray pair = QByteArray(phaseName(registers.phase)) + " x " + sessionVerbName(expectation.verb)
                            + " by " + result.row;
    QVERIFY2(result.refusal == expectedRefusal(letter), pair.constData());
    QVERIFY2(result.accepted == (result.refusal == SessionRefusal::None), pair.constData());
    QVERIFY2(accepts(registers, input) == result.accepted, pair.constData());
    if (!result.accepted) {
        QVERIFY2(result.effects == NoSessionEffect, pair.constData());
        QVERIFY2(identical(result.next, registers), pair.constData());
        return;
    }
    QVERIFY2(result.next.phase == expectedTarget(letter, registers), pair.constData());
    QVERIFY2(result.effects == expectedEffects(expectation, registers, input), pair.constData());
    QVERIFY2(brokenInvariant(result.next) == nullptr, pair.constData());
}

/// Draws from small pools, so that most inputs fit and every way not to fit comes up.
class Wanderer
{
public:
    explicit Wanderer(quint64 seed)
        : m_random(seed)
    {
    }

    SessionInput next(const SessionRegisters &registers)
    {
        SessionInput input = favourableInput(static_cast<SessionVerb>(below(session_verb_count)), registers);
        if (chance(10))
            input.session = chance(2) ? other_session : SessionId();
        if (chance(5))
            input.run = chance(2) ? run_a : (chance(2) ? run_b : RunId());
        if (chance(5))
            input.turn = {static_cast<TurnPhase>(below(turnPhaseName.names.size())),
                          static_cast<FailureCause>(below(failureCauseName.names.size())), chance(2)};
        if (chance(5))
            input.binding = randomBinding();
        if (chance(3))
            input.observed = randomObservation();
        return input;
    }

    bool chance(quint64 oneIn) { return below(oneIn) == 0; }
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(m_random() % bound); }

private:
    BindingPointer randomBinding()
    {
        if (chance(4))
            return nullptr;
        RuntimeBinding binding;
        binding.runtimeId = chance(6) ? QByteArray() : (chance(3) ? "rt:session:2" : "rt:session:1");
        if (!chance(4))
            binding.fence = below(2);
        if (chance(2))
            binding.generation = below(2);
        if (!chance(3))
            binding.epoch = chance(3) ? second_epoch : first_epoch;
        return std::make_shared<const RuntimeBinding>(binding);
    }

    std::shared_ptr<const SessionRegisters> randomObservation()
    {
        if (chance(8))
            return nullptr;
        SessionRegisters observed = sessionIn(static_cast<Phase>(below(phase_count)));
        observed.binding = randomBinding();
        observed.stopDeferred = chance(10);
        if (chance(10))
            observed.run = run_a;
        if (chance(10))
            observed.registration = Registration::Draining;
        return std::make_shared<const SessionRegisters>(observed);
    }

    std::mt19937_64 m_random;
};

} // namespace

class SessionWalkTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyPairLeadsWhereTheMatrixSays_data()
    {
        QTest::addColumn<int>("index");
        for (std::size_t at = 0; at < std::size(expectations); ++at) {
            QCOMPARE(static_cast<std::size_t>(expectations[at].verb), at);
            QTest::newRow(sessionVerbName(expectations[at].verb)) << static_cast<int>(at);
        }
    }
    void everyPairLeadsWhereTheMatrixSays()
    {
        QFETCH(int, index);
        const Expectation &expectation = expectations[index];
        for (std::size_t at = 0; at < phase_count; ++at) {
            const auto phase = static_cast<Phase>(at);
            for (const Phase preRun : {Phase::Idle, Phase::Attached})
                checkPair(expectation, expectation.targets[at],
                          favourableRegisters(expectation.verb, phase, preRun));
        }
        checkPair(expectation, expectation.whileRetiring[0],
                  favourableRegisters(expectation.verb, Phase::Running, Phase::Retired));
    }

    void everyPairIsARowOrOneRefusal()
    {
        int decided = 0;
        int refused = 0;
        for (const auto &verb : session_table.cells) {
            for (const SessionTable::Cell &cell : verb) {
                const bool hasRow = cell.transitions[0] != SessionTable::no_row;
                QVERIFY(hasRow != (cell.refusal != SessionTable::no_row));
                ++(hasRow ? decided : refused);
            }
        }
        QCOMPARE(decided + refused, static_cast<int>(session_verb_count * phase_count));
        qInfo("session: %zu rows, %zu refusals, %d pairs (%d accepted, %d refused)",
              session_table.transitions.size(), session_table.refusals.size(), decided + refused, decided,
              refused);
    }

    /// RT24, RT25: also that a refusal leaves everything as it was, and that asking agrees with doing.
    void aRandomWalkAgreesWithTheReferenceAndTakesEveryRow()
    {
        constexpr int steps = 200'000;
        constexpr quint64 seed = 20'261;
        Wanderer wanderer(seed);
        SessionRegisters registers;
        std::map<QByteArray, int> taken;
        for (int at = 0; at < steps; ++at) {
            const SessionInput input = wanderer.next(registers);
            const SessionStep result = step(registers, input);
            QCOMPARE(accepts(registers, input), result.accepted);
            QVERIFY(result.row != nullptr);
            const std::optional<SessionRegisters> expected = referenceStep(registers, input);
            QVERIFY2(result.accepted == expected.has_value(), result.row);
            if (result.accepted) {
                QVERIFY2(sameValues(result.next, *expected), result.row);
                QVERIFY2(brokenInvariant(result.next) == nullptr, result.row);
                QVERIFY(result.refusal == SessionRefusal::None);
                QVERIFY2(result.effects
                             == expectedEffects(expectations[static_cast<std::size_t>(input.verb)], registers,
                                                input),
                         result.row);
                ++taken[result.row];
            } else {
                QVERIFY2(identical(result.next, registers) && result.effects == NoSessionEffect, result.row);
                QVERIFY(result.refusal != SessionRefusal::None);
            }
            registers = result.next;
            // A destroyed session takes nothing more: after a while there is a new one.
            if (registers.phase == Phase::Destroyed && wanderer.chance(4))
                registers = SessionRegisters{};
        }
        for (const SessionTransition &row : session_table.transitions)
            QVERIFY2(taken.contains(row.id), row.id);
    }
};

} // namespace burrow

QTEST_APPLESS_MAIN(burrow::SessionWalkTest)
#include "session_walk_test.moc"
