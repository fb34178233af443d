// SPDX-License-Identifier: Apache-2.0
#include "host_rig.h"

#include <QTest>

/// The ways in: with a bound, by runtime id, as a run of one's own, and asked without going in.
namespace burrow::test {

class AcceptTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aBoundEndsTheWatchingAndNotTheAccept()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        rig.store.holdWrites(true);
        const Submission slow = rig.host().submit(alpha, promptOf("work", "k"),
                                                  {.wait = WaitFor::Terminal, .bound = Duration(1ms)});
        const auto receipt = resultOf(slow.receipt);
        QCOMPARE(receipt->verdict, AcceptReceipt::Verdict::Unknown);
        QCOMPARE(receipt->input, slow.input);
        QVERIFY(!receipt->message.isEmpty());
        QVERIFY(!slow.outcome.isFinished());
        rig.store.holdWrites(false);
        while (rig.store.letWriteGo()) {
        }
        QVERIFY(resultOf(slow.outcome)->succeeded());
        const auto again =
            resultOf(rig.host().submit(alpha, promptOf("work", "k"), {.bound = patience}).receipt);
        QCOMPARE(again->verdict, AcceptReceipt::Verdict::Deduplicated);
        QCOMPARE(again->existing, slow.input);
        const auto refused =
            resultOf(rig.host().submit(alpha, promptOf("other", "k"), {.bound = patience}).receipt);
        QCOMPARE(refused->refusal, Refusal::KeyConflict);
        const auto fate = resultOf(rig.host().outcomeByKey(alpha, "k"));
        QCOMPARE(fate->value().input, slow.input);
    }

    void aRunOfOnesOwnIsCommittedBeforeItsResult()
    {
        QByteArray text;
        std::optional<DirectRun> run;
        Tally begun;
        HostRig rig; // After what its threads touch.
        const SessionId alpha = rig.open("alpha");
        const Submission mine = rig.host().acceptAndRun(alpha, promptOf("mine"), [&](const DirectRun &given) {
            text = given.primitive()->appends.front().text;
            run = given;
            begun.add();
        });
        QVERIFY(resultOf(mine.receipt)->accepted());
        QVERIFY(begun.waitFor(1));
        QCOMPARE(text, QByteArray("mine"));
        QCOMPARE(rig.view(alpha).run, run->run());
        const auto busy =
            resultOf(rig.host().acceptAndRun(alpha, promptOf("other"), [](const DirectRun &) {}).receipt);
        QCOMPARE(busy->refusal, Refusal::NotReady);
        rig.store.holdWrites(true);
        RunOutput output;
        output.terminal = RunTerminal::Result;
        output.text = "done by myself";
        QVERIFY(run->finish(output));
        QVERIFY(!run->finish(output));
        QVERIFY(QTest::qWaitFor([&] { return rig.store.heldWrites() > 0; }, 30'000));
        QVERIFY(!mine.outcome.isFinished());
        rig.store.holdWrites(false);
        QVERIFY(rig.store.letWriteGo());
        QCOMPARE(resultOf(mine.outcome)->text, QByteArray("done by myself"));
        QCOMPARE(rig.executors->created().size(), std::size_t(0));
        QCOMPARE(resultOf(rig.host().outcome(alpha, mine.input))->value().state, InputFate::State::Ended);
    }

    void aRunOfOnesOwnThatIsDroppedHasFailed()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const Submission mine = rig.host().acceptAndRun(alpha, promptOf("mine"), [](const DirectRun &) {});
        const auto outcome = resultOf(mine.outcome);
        QCOMPARE(outcome->outcome, OutcomeClass::AbandonedWithError);
        QVERIFY(outcome->reason.contains(QStringLiteral("let go of it")));
        // The input is durable all the same, and the session's executor runs it.
        QVERIFY(rig.settles());
        QCOMPARE(rig.executors->applied().size(), std::size_t(1));
        QCOMPARE(rig.executors->applied()[0].attempt, 2U);
    }

    void aRunOfOnesOwnHearsOfItsCancel()
    {
        Tally begun;
        std::weak_ptr<int> kept;
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const Submission mine = rig.host().acceptAndRun(alpha, promptOf("mine"), [&](const DirectRun &run) {
            const auto whatItUses = std::make_shared<int>();
            kept = whatItUses;
            run.whenCancelled(
                [run, whatItUses](CancelMode) { run.finish(RunCancelled{QStringLiteral("as asked")}); });
            begun.add();
        });
        QVERIFY(begun.waitFor(1));
        QVERIFY(!kept.expired());
        QVERIFY(resultOf(rig.host().cancel(alpha, CancelMode::Boundary))->ok());
        QCOMPARE(resultOf(mine.outcome)->outcome, OutcomeClass::Cancelled);
        QVERIFY2(QTest::qWaitFor([&] { return kept.expired(); }, 30'000),
                 "a run that has ended keeps nobody whom it would tell");
    }

    void aPreviewAnswersAndChangesNothing()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const auto preview = resultOf(rig.host().preview(alpha, promptOf("work", "k")));
        QCOMPARE(preview->receipt.verdict, AcceptReceipt::Verdict::Accepted);
        QVERIFY(preview->requiresActive);
        QCOMPARE(rig.store.submitted(), std::size_t(0));
        QVERIFY(!resultOf(rig.host().preview(alpha, promptOf("work"), {.withoutWake = true}))->requiresActive);
        const auto nowhere = resultOf(rig.host().preview(sessionIdOf(404), promptOf("work")));
        QCOMPARE(nowhere->receipt.refusal, Refusal::NotReady);
        QCOMPARE(nowhere->receipt.phase, Phase::Destroyed);
    }

    void bindingsReachTheSessionByItsRuntimeId()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const auto bound = resultOf(rig.host().prepareBindings(alpha));
        QVERIFY(bound->ok());
        const SessionBindings bindings = bound->value();
        QCOMPARE(bindings.session(), alpha);
        QCOMPARE(bindings.runtime()->runtimeId, "rt:session:" + alpha.toText());
        QCOMPARE(resultOf(rig.host().prepareBindings(alpha))->value().epoch(), bindings.epoch());
        QCOMPARE(resultOf(rig.host().prepareLocalSessionBindings(alpha))->value().epoch(), bindings.epoch());
        const Submission known =
            rig.host().ingest(*bindings.runtime(), promptOf("work"), {.wait = WaitFor::Terminal});
        QVERIFY(resultOf(known.outcome)->succeeded());
        RuntimeBinding other = *bindings.runtime();
        other.fence = 1;
        QCOMPARE(resultOf(rig.host().ingest(other, promptOf("work")).receipt)->refusal,
                 Refusal::BindingMismatch);
        other.runtimeId = alpha.toText(); // The bare id is no authority.
        QCOMPARE(resultOf(rig.host().ingest(other, promptOf("work")).receipt)->refusal, Refusal::NotFound);
        QCOMPARE(resultOf(rig.host().prepareBindings(sessionIdOf(404)))->error().kind, ErrorKind::NotFound);
    }

    void bindingsOfAnEarlierEpochHaveNoSay()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const SessionBindings old = resultOf(rig.host().prepareBindings(alpha))->value();
        QVERIFY(resultOf(rig.host().stop(alpha))->ok());
        QVERIFY(resultOf(rig.host().start(alpha))->ok());
        const SessionBindings fresh = resultOf(rig.host().prepareBindings(alpha))->value();
        QVERIFY(fresh.epoch() != old.epoch());
        const Submission hanging = rig.host().submit(alpha, promptOf("hang"), {.wait = WaitFor::Terminal});
        QVERIFY(rig.waitForOpenRun());
        QCOMPARE(resultOf(old.interrupt())->refusal, Refusal::BindingMismatch);
        QVERIFY(!hanging.outcome.isFinished());
        QVERIFY(resultOf(fresh.interrupt(QStringLiteral("enough")))->ok());
        QCOMPARE(resultOf(hanging.outcome)->outcome, OutcomeClass::Cancelled);
        rig.endHost();
        QCOMPARE(resultOf(fresh.interrupt())->refusal, Refusal::ShuttingDown);
    }

    void aPreparedSessionIsInterruptedBeforeAnExecutorIsAttached()
    {
        Tally interrupts;
        HostRig rig;
        SessionSpec spec = rig.spec("alpha");
        spec.executor = nullptr;
        const SessionId alpha = resultOf(rig.host().openSession(spec))->value().id;
        const SessionBindings bindings = resultOf(rig.host().prepareBindings(alpha))->value();
        QCOMPARE(resultOf(bindings.interrupt())->refusal, Refusal::NotReady);
        QVERIFY(resultOf(rig.host().installInterrupt(alpha, [&](const QString &) {
                    interrupts.add();
                    return Result<void>();
                }))->ok());
        QVERIFY(resultOf(bindings.interrupt())->ok());
        QCOMPARE(interrupts.count(), std::size_t(1));
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::AcceptTest)
#include "accept_test.moc"
