// SPDX-License-Identifier: Apache-2.0
// A second host over the same store goes on where the first one was, and tells what became of each input.
#include "host_rig.h"

#include <QTest>

using namespace burrow;
using namespace burrow::test;

namespace {

using State = InputFate::State;

/// One host over a store that outlives it.
struct Life
{
    explicit Life(HeldStore &store)
        : rig({.name = "test", .shards = 2, .shutdownTimeout = 5ms}, store, clock)
    {
    }
    OpenedSession open(const QByteArray &name)
    {
        const std::optional<Result<OpenedSession>> opened =
            resultOf(rig.host().openSession(rig.spec(name, briskSettings())));
        return opened && opened->ok() ? opened->value() : OpenedSession{};
    }
    /// Submits, and waits for the receipt.
    InputId accept(SessionId session, const Input &input)
    {
        const Submission submission = rig.host().submit(session, input);
        const std::optional<AcceptReceipt> receipt = resultOf(submission.receipt);
        return receipt && receipt->accepted() ? submission.input : InputId{};
    }
    InputFate fate(SessionId session, InputId input)
    {
        const std::optional<Result<InputFate>> fate = resultOf(rig.host().outcome(session, input));
        return fate && fate->ok() ? fate->value() : InputFate{};
    }
    InputFate fate(SessionId session, const QByteArray &key)
    {
        const std::optional<Result<InputFate>> fate = resultOf(rig.host().outcomeByKey(session, key));
        return fate && fate->ok() ? fate->value() : InputFate{};
    }

    SystemClock clock;
    HostRig rig;
};

} // namespace

class RestartTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aNewSessionDidNotExist()
    {
        HeldStore store;
        Life life(store);
        const OpenedSession opened = life.open("alpha");
        QVERIFY(!opened.id.isNull());
        QVERIFY(!opened.existed);
        QCOMPARE(opened.recovered, 0U);
    }

    void whatWasOpenRunsInTheNextHost()
    {
        HeldStore store;
        SessionId alpha;
        InputId running;
        InputId queued;
        {
            Life life(store);
            alpha = life.open("alpha").id;
            running = life.accept(alpha, promptOf("hang"));
            QVERIFY(!life.rig.waitForOpenRun().isNull());
            queued = life.accept(alpha, promptOf("later"));
            const InputFate open = life.fate(alpha, running);
            QCOMPARE(open.state, State::Open);
            QCOMPARE(open.phase, InputPhase::Staged);
            QCOMPARE(open.attempt, 1U);
        }
        Life life(store);
        life.rig.executors->setScript({.conduct = [](const ApplyCall &call) {
            return Conduct{.end = outputOf(call), .heeds = Heeds::Boundary, .progress = {}};
        }});
        const OpenedSession opened = life.open("alpha");
        QCOMPARE(opened.id, alpha);
        QVERIFY(opened.existed);
        QCOMPARE(opened.recovered, 2U);
        QVERIFY(life.rig.settles());
        const std::vector<Applied> applied = life.rig.executors->applied();
        QCOMPARE(applied.size(), std::size_t(2));
        QCOMPARE(applied[0].inputs, (std::vector<InputId>{running}));
        QCOMPARE(applied[0].attempt, 2U);
        QCOMPARE(applied[1].inputs, (std::vector<InputId>{queued}));
        QCOMPARE(life.fate(alpha, running).state, State::Ended);
        QCOMPARE(life.fate(alpha, running).ended.input.outcome.outcome, OutcomeClass::Completed);
        QCOMPARE(life.rig.view(alpha).recovered, 2U);
    }

    void anEndedInputIsToldByIdAndByKey()
    {
        HeldStore store;
        InputId first;
        SessionId alpha;
        {
            Life life(store);
            alpha = life.open("alpha").id;
            const Submission submission =
                life.rig.host().submit(alpha, promptOf("echo this", "k"), {.wait = WaitFor::Terminal});
            QCOMPARE(resultOf(submission.outcome)->outcome, OutcomeClass::Completed);
            first = submission.input;
            QCOMPARE(life.fate(alpha, first).ended.input.outcome.text, QByteArray("echo this"));
        }
        Life life(store);
        // Also while the session is not open.
        QCOMPARE(life.fate(alpha, first).state, State::Ended);
        life.open("alpha");
        const Submission again =
            life.rig.host().submit(alpha, promptOf("echo this", "k"), {.wait = WaitFor::Terminal});
        const std::optional<AcceptReceipt> receipt = resultOf(again.receipt);
        QCOMPARE(receipt->verdict, AcceptReceipt::Verdict::Deduplicated);
        QCOMPARE(receipt->existing, first);
        QCOMPARE(receipt->work, Work::Ended);
        QCOMPARE(resultOf(again.outcome)->waitFailure, WaitFailure::ChannelClosed);
        for (const InputFate &fate : {life.fate(alpha, receipt->existing), life.fate(alpha, "k")}) {
            QCOMPARE(fate.state, State::Ended);
            QCOMPARE(fate.input, first);
            QCOMPARE(fate.ended.input.outcome.text, QByteArray("echo this"));
            QCOMPARE(fate.ended.input.idempotencyKey, QByteArray("k"));
        }
        const Submission other = life.rig.host().submit(alpha, promptOf("something else", "k"));
        QCOMPARE(resultOf(other.receipt)->refusal, Refusal::KeyConflict);
    }

    void anInputThatNobodyKnowsIsNotFound()
    {
        HeldStore store;
        Life life(store);
        const SessionId alpha = life.open("alpha").id;
        QCOMPARE(life.fate(alpha, InputId{Uuid::version7(1, 0, 99)}).state, State::NotFound);
        QCOMPARE(life.fate(alpha, "nobody's").state, State::NotFound);
        QCOMPARE(life.fate({}, "nobody's").state, State::NotFound);
    }

    void anOpenInputIsToldByItsKey()
    {
        HeldStore store;
        Life life(store);
        const SessionId alpha = life.open("alpha").id;
        const InputId input = life.accept(alpha, promptOf("hang", "k"));
        QVERIFY(!life.rig.waitForOpenRun().isNull());
        const InputFate fate = life.fate(alpha, "k");
        QCOMPARE(fate.state, State::Open);
        QCOMPARE(fate.input, input);
    }

    void everyQuestionIsAnsweredWhenTheHostGoes()
    {
        HeldStore store;
        QFuture<Result<InputFate>> late;
        {
            Life life(store);
            const SessionId alpha = life.open("alpha").id;
            late = life.rig.host().outcomeByKey(alpha, "k");
        }
        QVERIFY(late.isFinished() && !late.isCanceled());
    }

    void aSessionWhoseWriteWasRefusedGoesOnByItself()
    {
        HeldStore store;
        Life life(store);
        const SessionId alpha = life.open("alpha").id;
        QVERIFY(!life.accept(alpha, promptOf("first")).isNull());
        QVERIFY(life.rig.settles());
        store.answerWith(Verdict::Refused);
        QCOMPARE(resultOf(life.rig.host().submit(alpha, promptOf("refused")).receipt)->refusal, Refusal::Held);
        store.answerWith(std::nullopt);
        QVERIFY(life.rig.settles());
        QCOMPARE(life.rig.view(alpha).note, QString());
        QVERIFY(!life.accept(alpha, promptOf("second")).isNull());
        QVERIFY(life.rig.settles());
        QCOMPARE(life.rig.executors->applied().size(), std::size_t(2));
        QCOMPARE(life.rig.executors->violations(), QStringList());
    }
};

QTEST_GUILESS_MAIN(RestartTest)
#include "restart_test.moc"
