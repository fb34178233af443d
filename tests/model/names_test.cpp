// SPDX-License-Identifier: Apache-2.0
#include "model/control.h"
#include "model/event.h"
#include "model/operation.h"
#include "model/restart_rule.h"
#include "model/session_view.h"
#include "model/write_set.h"

#include <QRegularExpression>
#include <QSet>
#include <QTest>

namespace burrow {

/// Every table of stable names: they are printed, parsed and stored, so each is unique, lower case and reads
/// back.
class NamesTest : public QObject
{
    Q_OBJECT

    template <typename Enum, std::size_t Count>
    static void check(const char *table, const EnumNames<Enum, Count> &names, Enum last)
    {
        QVERIFY2(static_cast<std::size_t>(last) + 1 == Count, table);
        QSet<QByteArray> seen;
        static const QRegularExpression stable(QStringLiteral("^[a-z][a-z0-9]*([._][a-z0-9]+)*$"));
        for (std::size_t at = 0; at < Count; ++at) {
            const auto value = static_cast<Enum>(at);
            const QByteArray name = names(value);
            QVERIFY2(stable.match(QString::fromLatin1(name)).hasMatch(), table);
            QVERIFY2(names.parse(name) == std::optional(value), table);
            seen.insert(name);
        }
        QVERIFY2(static_cast<std::size_t>(seen.size()) == Count, table);
    }

private Q_SLOTS:
    void inputs()
    {
        check("InputKind", inputKindName, InputKind::Projected);
        check("HandlingMode", handlingModeName, HandlingMode::Steer);
        check("Durability", durabilityName, Durability::Derived);
        check("SourceKind", sourceKindName, SourceKind::External);
        check("AppendRole", appendRoleName, AppendRole::Tool);
        check("InputPhase", inputPhaseName, InputPhase::Abandoned);
    }
    void policies()
    {
        check("Lane", laneName, Lane::Steer);
        check("ApplyMode", applyModeName, ApplyMode::Ignore);
        check("WakeMode", wakeModeName, WakeMode::InterruptYielding);
        check("QueueMode", queueModeName, QueueMode::Priority);
        check("ConsumePoint", consumePointName, ConsumePoint::OnAccept);
        check("DrainPolicy", drainPolicyName, DrainPolicy::Drop);
        check("AdmissionSignal", admissionSignalName, AdmissionSignal::RequestImmediateProcessing);
    }
    void runs()
    {
        check("Boundary", boundaryName, Boundary::RunCheckpoint);
        check("ExecutionKind", executionKindName, ExecutionKind::ResumePending);
        check("ApplyIntent", applyIntentName, ApplyIntent::AppendContextAndRun);
        check("PrimitiveKind", primitiveKindName, PrimitiveKind::ImmediateContextAppend);
        check("FailureCause", failureCauseName, FailureCause::ExecutorInternal);
        check("RunTerminal", runTerminalName, RunTerminal::NoPendingBoundary);
    }
    void outcomes()
    {
        check("OutcomeClass", outcomeClassName, OutcomeClass::RuntimeTerminated);
        check("WaitFailure", waitFailureName, WaitFailure::AuthorityUnavailable);
        check("TerminalKind", terminalKindName, TerminalKind::Abandoned);
        check("AbandonReason", abandonReasonName, AbandonReason::NeverExecuted);
        check("Verdict", verdictName, Verdict::Unknown);
    }
    void control()
    {
        check("CancelMode", cancelModeName, CancelMode::Hard);
        check("StopKind", stopKindName, StopKind::Restart);
        check("RestartPolicy", restartPolicyName, RestartPolicy::Always);
        check("CleanupCause", cleanupCauseName, CleanupCause::Destroyed);
        check("Phase", phaseName, Phase::Destroyed);
        check("AcceptReceipt::Verdict", acceptVerdictName, AcceptReceipt::Verdict::Unknown);
        check("CommandReceipt::Verdict", commandVerdictName, CommandReceipt::Verdict::Refused);
        check("WaitReason", waitReasonName, WaitReason::ShuttingDown);
    }
    void events()
    {
        check("EventCode", eventCodeName, EventCode::RuntimeBound);
        check("ProgressType", progressTypeName, ProgressType::Vendor);
    }

    void operations()
    {
        check("OperationKind", operationKindName, OperationKind::CapacitySlot);
        check("OperationStatus", operationStatusName, OperationStatus::Terminated);
        check("OperationClass", operationClassName, OperationClass::MissingAuthority);
        check("OperationRefusal", operationRefusalName, OperationRefusal::Unavailable);
        check("FeedCursor", feedCursorName, FeedCursor::RuntimeInjected);
    }

    void onlyAnOutcomeWithWorkDoneSucceeds()
    {
        const QSet<OutcomeClass> good{OutcomeClass::Completed, OutcomeClass::CompletedWithoutResult,
                                      OutcomeClass::CallbackPending};
        for (std::size_t at = 0; at < outcomeClassName.names.size(); ++at) {
            Outcome outcome;
            outcome.outcome = static_cast<OutcomeClass>(at);
            QCOMPARE(outcome.succeeded(), good.contains(outcome.outcome));
            outcome.waitFailure = WaitFailure::ChannelClosed;
            QVERIFY2(!outcome.succeeded(), "a wait that failed says nothing about the work");
        }
    }

    void onlyAPassingRefusalIsRetryable()
    {
        AcceptReceipt receipt;
        receipt.refusal = Refusal::QueueFull;
        QVERIFY(receipt.retryable());
        receipt.refusal = Refusal::Busy;
        QVERIFY(receipt.retryable());
        receipt.refusal = Refusal::NotWritten;
        QVERIFY(receipt.retryable());
        receipt.refusal = Refusal::OutcomeUnknown;
        QVERIFY2(!receipt.retryable(), "it may have been written: ask by key");
        receipt.refusal = Refusal::KeyConflict;
        QVERIFY(!receipt.retryable());
    }
};

} // namespace burrow

QTEST_GUILESS_MAIN(burrow::NamesTest)
#include "names_test.moc"
