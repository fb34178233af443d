// SPDX-License-Identifier: Apache-2.0
#include "machine/operation_table.h"

#include <QTest>

#include <map>
#include <random>

/// The life of an operation: the matrix of every pair, what each kind is, and a random walk that takes every
/// row.
namespace burrow {
namespace {

using enum OperationVerb;

/// One letter per status, in the order absent, provisioning, running, retiring, completed, failed, aborted,
/// cancelled, retired, terminated; a dash: refused.
struct Expectation
{
    OperationVerb verb;
    const char *targets;
};

// clang-format off
constexpr Expectation expectations[] = {
    //                      aprtCFALRT
    {Register,              "p---------"},
    {ProvisioningSucceeded, "-rr-------"},
    {ProvisioningFailed,    "-FFF------"},
    {Fail,                  "-FFF------"},
    {AbortProvisioning,     "-A--CFALRT"},
    {PeerReady,             "--rtCFALRT"},
    {ReportProgress,        "--rtCFALRT"},
    {Complete,              "--CC------"},
    {Cancel,                "-LLL------"},
    {RequestRetire,         "--ttCFALRT"},
    {MarkRetired,           "--RRCFALRT"},
    {TerminateOwner,        "-TTT------"},
    {Evict,                 "----aaaaaa"},
};
// clang-format on
constexpr char status_letters[] = "aprtCFALRT";

OperationRegisters registersIn(OperationStatus status)
{
    OperationRegisters registers;
    registers.status = status;
    if (status != OperationStatus::Absent)
        registers.kind = OperationKind::MobMemberChild;
    return registers;
}

/// An input of which every guard holds.
OperationInput favourable(OperationVerb verb)
{
    return {.verb = verb, .kind = OperationKind::MobMemberChild, .outcome = endOf(verb)};
}

} // namespace

class OperationTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyPairLeadsWhereTheMatrixSays()
    {
        QCOMPARE(std::size(expectations), operationVerbName.names.size());
        for (std::size_t verb = 0; verb < std::size(expectations); ++verb) {
            QCOMPARE(static_cast<std::size_t>(expectations[verb].verb), verb);
            for (std::size_t status = 0; status < operationStatusName.names.size(); ++status) {
                const OperationRegisters registers = registersIn(static_cast<OperationStatus>(status));
                const OperationStep result = step(registers, favourable(expectations[verb].verb));
                const char letter = expectations[verb].targets[status];
                QVERIFY2(result.accepted == (letter != '-'), result.row);
                if (result.accepted)
                    QCOMPARE(status_letters[static_cast<std::size_t>(result.next.status)], letter);
                else
                    QCOMPARE(result.next, registers);
            }
        }
    }

    void aRefusalSaysWhy()
    {
        const OperationRegisters running = registersIn(OperationStatus::Running);
        const auto refusal = [](const OperationRegisters &registers, OperationInput input) {
            return step(registers, input).refusal;
        };
        QCOMPARE(refusal({}, {.verb = Complete}), OperationRefusal::NotFound);
        QCOMPARE(refusal(running, {.verb = Register}), OperationRefusal::AlreadyRegistered);
        QCOMPARE(refusal({}, {.verb = Register, .sourceValid = false}), OperationRefusal::SourceInvalid);
        QCOMPARE(refusal({}, {.verb = Register, .capacityFree = false}),
                 OperationRefusal::MaxConcurrentExceeded);
        QCOMPARE(refusal(running, {.verb = Complete, .outcome = OperationStatus::Failed}),
                 OperationRefusal::OutcomeMismatch);
        OperationRegisters tool = running;
        tool.kind = OperationKind::BackgroundTool;
        QCOMPARE(refusal(tool, {.verb = PeerReady}), OperationRefusal::PeerNotExpected);
        OperationRegisters ready = running;
        ready.peerReady = true;
        QCOMPARE(refusal(ready, {.verb = PeerReady}), OperationRefusal::AlreadyPeerReady);
        QCOMPARE(refusal(registersIn(OperationStatus::Completed), favourable(Complete)),
                 OperationRefusal::InvalidTransition);
    }

    void theKindsAreInTheOrderOfTheirEnum()
    {
        for (std::size_t at = 0; at < operation_kind_facts.size(); ++at)
            QCOMPARE(static_cast<std::size_t>(operation_kind_facts[at].kind), at);
    }

    void everyPayloadBelongsToTheStatusOfItsName()
    {
        QCOMPARE(statusOf(OperationCompleted{}), OperationStatus::Completed);
        QCOMPARE(statusOf(OperationFailed{}), OperationStatus::Failed);
        QCOMPARE(statusOf(OperationAborted{}), OperationStatus::Aborted);
        QCOMPARE(statusOf(OperationCancelled{}), OperationStatus::Cancelled);
        QCOMPARE(statusOf(OperationRetired{}), OperationStatus::Retired);
        QCOMPARE(statusOf(OperationTerminated{}), OperationStatus::Terminated);
    }

    void aRandomWalkTakesEveryRowAndBreaksNoInvariant()
    {
        std::mt19937_64 random(20'271);
        const auto below = [&random](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
        std::map<QByteArray, int> taken;
        OperationRegisters registers;
        for (int at = 0; at < 100'000; ++at) {
            const auto verb = static_cast<OperationVerb>(below(operationVerbName.names.size()));
            OperationInput input = favourable(verb);
            input.kind = static_cast<OperationKind>(below(operationKindName.names.size()));
            input.capacityFree = below(8) != 0;
            input.sourceValid = below(8) != 0;
            if (below(3) == 0)
                input.outcome = static_cast<OperationStatus>(below(operationStatusName.names.size()));
            const OperationStep result = step(registers, input);
            QVERIFY2(brokenInvariant(result.next) == nullptr, result.row);
            QCOMPARE(result.accepted, result.refusal == OperationRefusal::None);
            if (result.accepted)
                ++taken[result.row];
            else
                QCOMPARE(result.next, registers);
            registers = result.next;
        }
        for (const OperationTransition &row : operation_table.transitions)
            QVERIFY2(taken.contains(row.id), row.id);
    }
};

} // namespace burrow

QTEST_APPLESS_MAIN(burrow::OperationTest)
#include "operation_test.moc"
