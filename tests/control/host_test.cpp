// SPDX-License-Identifier: Apache-2.0
#include "host_rig.h"

#include "control/when_finished.h"
#include "support/tally.h"

#include <QEventLoop>
#include <QTest>
#include <QThread>

/// Opening, submitting, waiting, looking, and on which thread answers arrive.
namespace burrow::test {

namespace {

/// Takes answers from any thread.
template <typename T>
struct Gathered
{
    void add(T answer)
    {
        {
            const std::lock_guard lock(mutex);
            answers.push_back(std::move(answer));
        }
        count.add();
    }
    std::vector<T> all() const
    {
        const std::lock_guard lock(mutex);
        return answers;
    }

    mutable std::mutex mutex;
    std::vector<T> answers; // Guarded by mutex.
    Tally count;
};

} // namespace

class HostTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aSessionIsOpenedUnderItsName()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const SessionId beta = rig.open("beta");
        QVERIFY(alpha && beta && alpha != beta);
        QCOMPARE(rig.host().sessionNamed("alpha"), alpha);
        QVERIFY(rig.host().sessionNamed("gamma").isNull());
        QByteArrayList names = rig.host().sessionNames();
        std::sort(names.begin(), names.end());
        QCOMPARE(names, (QByteArrayList{"alpha", "beta"}));
    }

    void oneNameIsOpenedOnce()
    {
        HostRig rig;
        rig.store.holdOpens(true);
        const auto first = rig.host().openSession(rig.spec("alpha"));
        const auto second = rig.host().openSession(rig.spec("alpha"));
        QVERIFY(finishes(second));
        QCOMPARE(second.result().error().kind, ErrorKind::Conflict);
        QVERIFY2(rig.host().sessionNamed("alpha").isNull(), "it is being opened and has no id yet");
        rig.store.holdOpens(false);
        rig.store.letOpensGo();
        QVERIFY(finishes(first));
        QVERIFY(first.result().ok());
        const auto third = resultOf(rig.host().openSession(rig.spec("alpha")));
        QCOMPARE(third->error().kind, ErrorKind::Conflict);
        QVERIFY(third->error().message.contains(QStringLiteral("alpha")));
    }

    void aNameWhoseOpenFailedIsFreeAgain()
    {
        HostRig rig;
        rig.store.holdOpens(true);
        rig.store.failOpensWith(Error{ErrorKind::Io, QStringLiteral("the disk is gone")});
        bool failedAndFree = false;
        const auto failed =
            rig.host().openSession(rig.spec("alpha")).then([&](const Result<OpenedSession> &opened) {
                // Whoever hears of it may ask the host at once, from inside the answer.
                failedAndFree = !opened.ok() && opened.error().kind == ErrorKind::Io
                                && rig.host().sessionNamed("alpha").isNull()
                                && rig.host().sessionNames().isEmpty();
            });
        rig.store.holdOpens(false);
        rig.store.letOpensGo();
        QVERIFY(finishes(failed));
        QVERIFY(failedAndFree);
        rig.store.failOpensWith(std::nullopt);
        QVERIFY(rig.open("alpha"));
    }

    void inputsThatComeTogetherAreAnsweredEach()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const SessionId beta = rig.open("beta");
        Gathered<AcceptReceipt> receipts;
        Gathered<Outcome> outcomes;
        std::vector<NewInput> inputs;
        for (const SessionId session : {alpha, beta, SessionId{}, alpha}) {
            NewInput &one = inputs.emplace_back();
            one.session = session;
            one.input = promptOf("work " + QByteArray::number(qlonglong(inputs.size())));
            one.options.wait = WaitFor::Terminal;
            one.answers.receipt = [&](AcceptReceipt receipt) { receipts.add(std::move(receipt)); };
            one.answers.outcome = [&](Outcome outcome) { outcomes.add(std::move(outcome)); };
        }
        const std::vector<InputId> ids = rig.host().submitAll(std::move(inputs));
        QCOMPARE(ids.size(), std::size_t(4));
        QVERIFY(receipts.count.waitFor(4));
        QVERIFY(outcomes.count.waitFor(4));
        std::vector<InputId> accepted;
        for (const AcceptReceipt &receipt : receipts.all()) {
            if (receipt.accepted())
                accepted.push_back(receipt.input);
            else
                QCOMPARE(receipt.refusal, Refusal::NotReady);
        }
        std::sort(accepted.begin(), accepted.end());
        QCOMPARE(accepted, (std::vector<InputId>{ids[0], ids[1], ids[3]}));
        QByteArrayList ofAlpha;
        for (const Applied &applied : rig.executors->applied()) {
            if (applied.session == alpha)
                ofAlpha += applied.texts;
        }
        QCOMPARE(ofAlpha, (QByteArrayList{"work 1", "work 4"}));
        QVERIFY(rig.host().submitAll({}).empty());
    }

    void anInputIsAcceptedAndCompleted()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const Submission work = rig.host().submit(alpha, promptOf("work"), {.wait = WaitFor::Terminal});
        const auto receipt = resultOf(work.receipt);
        QVERIFY(receipt && receipt->accepted());
        QCOMPARE(receipt->input, work.input);
        QVERIFY(receipt->willResolve);
        const auto outcome = resultOf(work.outcome);
        QVERIFY(outcome && outcome->succeeded());
        QCOMPARE(outcome->text, QByteArray("work"));
        const std::vector<Applied> applied = rig.executors->applied();
        QCOMPARE(applied.size(), std::size_t(1));
        QCOMPARE(applied[0].inputs, std::vector<InputId>{work.input});
        QCOMPARE(applied[0].run, outcome->run);
    }

    void theIdIsMintedHereWhateverTheInputCarries()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        Input input = promptOf("work");
        input.id = {Uuid::version7(1, 2, 3)};
        const Submission first = rig.host().submit(alpha, input);
        const Submission second = rig.host().submit(alpha, input);
        QVERIFY(first.input != input.id);
        QVERIFY(sequenceOf(first.input) < sequenceOf(second.input));
        QVERIFY(resultOf(first.receipt)->accepted());
        QVERIFY(resultOf(second.receipt)->accepted());
    }

    void inputsRunInTheOrderOfTheirSubmission()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        std::vector<Submission> submissions;
        for (int at = 0; at < 90; ++at)
            submissions.push_back(rig.host().submit(alpha, promptOf(QByteArray::number(at))));
        QVERIFY(rig.settles());
        const std::vector<Applied> applied = rig.executors->applied();
        QCOMPARE(applied.size(), std::size_t(90));
        for (int at = 0; at < 90; ++at)
            QCOMPARE(applied[static_cast<std::size_t>(at)].texts, QByteArrayList{QByteArray::number(at)});
        QCOMPARE(rig.executors->mostOpen(), std::size_t(1));
    }

    void anAttemptEndsEarlierThanTheInput()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const Submission attempt =
            rig.host().submit(alpha, promptOf("fail", "key"), {.wait = WaitFor::Attempt});
        const auto first = resultOf(attempt.outcome);
        QCOMPARE(first->outcome, OutcomeClass::AbandonedWithError);
        const Submission terminal = rig.host().submit(alpha, promptOf("fail"), {.wait = WaitFor::Terminal});
        const auto last = resultOf(terminal.outcome);
        QCOMPARE(last->outcome, OutcomeClass::AbandonedWithError);
        QVERIFY(rig.settles());
        // Both were tried three times, whenever somebody was told.
        QCOMPARE(rig.executors->applied().size(), std::size_t(6));
        std::vector<quint32> attempts;
        for (const Applied &applied : rig.executors->applied()) {
            if (applied.inputs == std::vector<InputId>{terminal.input})
                attempts.push_back(applied.attempt);
        }
        QCOMPARE(attempts, (std::vector<quint32>{1, 2, 3}));
        QCOMPARE(rig.view(alpha).tally.runsFailed, 6U);
        QCOMPARE(rig.view(alpha).tally.abandoned, 2U);
    }

    void aKeyMakesARepeatTheSameInput()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const Submission first = rig.host().submit(alpha, promptOf("hang", "key"), {.wait = WaitFor::Terminal});
        QVERIFY(rig.waitForOpenRun());
        const Submission repeat =
            rig.host().submit(alpha, promptOf("hang", "key"), {.wait = WaitFor::Terminal});
        const auto joined = resultOf(repeat.receipt);
        QCOMPARE(joined->verdict, AcceptReceipt::Verdict::Deduplicated);
        QCOMPARE(joined->existing, first.input);
        QCOMPARE(joined->work, Work::Delivered);
        QVERIFY(joined->willResolve);
        const Submission other =
            rig.host().submit(alpha, promptOf("other", "key"), {.wait = WaitFor::Terminal});
        QCOMPARE(resultOf(other.receipt)->refusal, Refusal::KeyConflict);
        QCOMPARE(resultOf(other.outcome)->waitFailure, WaitFailure::ChannelClosed);

        rig.executors->finishAll();
        QVERIFY(resultOf(first.outcome)->succeeded());
        QVERIFY2(resultOf(repeat.outcome)->succeeded(), "whoever joined is told as well");
        const Submission late = rig.host().submit(alpha, promptOf("hang", "key"), {.wait = WaitFor::Terminal});
        QCOMPARE(resultOf(late.receipt)->work, Work::Ended);
        QCOMPARE(resultOf(late.receipt)->endedAs, OutcomeClass::Completed);
        QCOMPARE(resultOf(late.outcome)->waitFailure, WaitFailure::ChannelClosed);
        QCOMPARE(rig.executors->applied().size(), std::size_t(1));
    }

    void aFullQueueRefusesAndSaysHowFull()
    {
        HostRig rig;
        CoreSettings settings = briskSettings();
        settings.queueLimit = 3;
        const SessionId alpha = rig.open("alpha", settings);
        std::vector<Submission> fitting;
        for (int at = 0; at < 3; ++at)
            fitting.push_back(rig.host().submit(alpha, promptOf("hang")));
        for (const Submission &one : fitting)
            QVERIFY(resultOf(one.receipt)->accepted());
        const Submission over = rig.host().submit(alpha, promptOf("hang"), {.wait = WaitFor::Terminal});
        const auto refused = resultOf(over.receipt);
        QCOMPARE(refused->refusal, Refusal::QueueFull);
        QCOMPARE(refused->limit, 3U);
        QCOMPARE(refused->open, 3U);
        QVERIFY(refused->retryable());
        QCOMPARE(resultOf(over.outcome)->waitFailure, WaitFailure::ChannelClosed);
        QVERIFY(resultOf(over.outcome)->reason.contains(QStringLiteral("limit")));
    }

    void whoWaitsForNothingIsToldSo()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const Submission quiet = rig.host().submit(alpha, promptOf("work"));
        QVERIFY2(quiet.outcome.isFinished() && !quiet.outcome.isCanceled(), "known at once");
        QCOMPARE(quiet.outcome.result().waitFailure, WaitFailure::ChannelClosed);
        QVERIFY(resultOf(quiet.receipt)->accepted());
        // What somebody does with this future touches nobody else's.
        Submission taken = rig.host().submit(alpha, promptOf("work"));
        const Submission other = rig.host().submit(alpha, promptOf("work"));
        taken.outcome.takeResult();
        Submission cancelled = rig.host().submit(alpha, promptOf("work"));
        cancelled.outcome.cancel();
        for (const Submission &one : {other, rig.host().submit(alpha, promptOf("work"))}) {
            QVERIFY(one.outcome.isValid() && !one.outcome.isCanceled());
            QCOMPARE(one.outcome.resultCount(), 1);
        }
        QVERIFY(rig.settles());
    }

    void anInvalidInputIsRefusedWithASentence()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        Input input = promptOf("work");
        input.durability = Durability::Absent;
        const Submission invalid = rig.host().submit(alpha, input, {.wait = WaitFor::Attempt});
        const auto refused = resultOf(invalid.receipt);
        QCOMPARE(refused->refusal, Refusal::DurabilityViolation);
        QVERIFY(!refused->message.isEmpty());
        QCOMPARE(resultOf(invalid.outcome)->reason, refused->message);
    }

    void aFloodIsRefusedBeforeItFillsTheMemory()
    {
        HostRig rig(1);
        const SessionId alpha = rig.open("alpha");
        // The only shard is held up inside the call of an executor, so nothing that comes now is heard.
        Tally held;
        Tally goOn;
        rig.executors->setScript({.conduct = [&](const ApplyCall &call) {
            held.add();
            goOn.waitFor(1);
            return byText(call);
        }});
        rig.host().submit(alpha, ephemeralOf("first"));
        QVERIFY(held.waitFor(1));
        const QByteArray large(1 << 20, 'x');
        std::vector<Submission> flood;
        for (int at = 0; at < 80; ++at)
            flood.push_back(rig.host().submit(alpha, ephemeralOf(large)));
        std::size_t refusedAtOnce = 0;
        for (const Submission &one : flood) {
            if (one.receipt.isFinished()) {
                QCOMPARE(one.receipt.result().refusal, Refusal::Busy);
                QVERIFY(one.receipt.result().retryable());
                QVERIFY(one.outcome.isFinished());
                ++refusedAtOnce;
            }
        }
        // 64 MiB are let in, less what each costs beside its content.
        QVERIFY2(refusedAtOnce >= 16 && refusedAtOnce <= 18,
                 QByteArray::number(quint64(refusedAtOnce)).constData());
        goOn.add();
        for (const Submission &one : flood)
            QVERIFY(resultOf(one.receipt));
        QVERIFY2(resultOf(rig.host().submit(alpha, ephemeralOf("x")).receipt)->refusal != Refusal::Busy,
                 "there is room again");
        QVERIFY(rig.settles());
    }

    void callbacksHearTheReceiptAndTheOutcome()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        Tally heard;
        AcceptReceipt receipt;
        Outcome outcome;
        const InputId id = rig.host().submit(alpha, promptOf("work"), {.wait = WaitFor::Terminal},
                                             {.receipt =
                                                  [&](AcceptReceipt given) {
                                                      receipt = std::move(given);
                                                      heard.add();
                                                  },
                                              .outcome =
                                                  [&](Outcome given) {
                                                      outcome = std::move(given);
                                                      heard.add();
                                                  }});
        QVERIFY(heard.waitFor(2));
        QVERIFY(receipt.accepted());
        QCOMPARE(receipt.input, id);
        QVERIFY(outcome.succeeded());
        // Nobody has to listen.
        rig.host().submit(alpha, promptOf("work"), {.wait = WaitFor::Terminal}, {});
        QVERIFY(rig.settles());
        QCOMPARE(rig.executors->applied().size(), std::size_t(2));
    }

    void anAnswerMayLeadToTheNextCall()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const QThread *arrivedOn = nullptr;
        int ended = 0;
        QEventLoop loop;
        std::function<void()> next = [&] {
            const Submission work = rig.host().submit(alpha, promptOf("work"), {.wait = WaitFor::Terminal});
            whenFinished(work.outcome, this, [&](const QFuture<Outcome> &) {
                arrivedOn = QThread::currentThread();
                if (++ended < 50)
                    next();
                else
                    loop.quit();
            });
        };
        next();
        loop.exec();
        QCOMPARE(arrivedOn, QThread::currentThread());
        QCOMPARE(rig.executors->applied().size(), std::size_t(50));
    }

    void manySessionsAreOpenedWithOneCall()
    {
        HostRig rig(2);
        std::vector<SessionSpec> specs;
        for (const char *name : {"alpha", "beta", "alpha", "gamma"})
            specs.push_back(rig.spec(name));
        const auto opened = resultOf(rig.host().openSessions(std::move(specs)));
        QVERIFY(opened.has_value());
        QCOMPARE(opened->size(), std::size_t(4));
        QCOMPARE(opened->at(0).value().id, rig.host().sessionNamed("alpha"));
        QCOMPARE(opened->at(1).value().id, rig.host().sessionNamed("beta"));
        QCOMPARE(opened->at(2).error().kind, ErrorKind::Conflict);
        QCOMPARE(opened->at(3).value().id, rig.host().sessionNamed("gamma"));
        QCOMPARE(resultOf(rig.host().openSessions({}))->size(), std::size_t(0));
    }

    void viewsShowEverySessionOfEveryShard()
    {
        HostRig rig(4);
        QHash<QByteArray, SessionId> opened;
        for (int at = 0; at < 20; ++at) {
            const QByteArray name = "session-" + QByteArray::number(at);
            opened.insert(name, rig.open(name));
        }
        const auto views = resultOf(rig.host().views());
        QVERIFY(views);
        QCOMPARE(views->size(), std::size_t(20));
        for (const SessionView &view : *views) {
            QCOMPARE(opened.take(view.name), view.id);
            QCOMPARE(view.executor, QByteArray("scripted"));
            QVERIFY(view.idle);
        }
        QVERIFY(opened.isEmpty());
        QVERIFY(resultOf(rig.host().view({}))->empty());
        QVERIFY(resultOf(rig.host().view(sessionIdOf(404)))->empty());
    }

    void settledCountsWhatWasSubmittedBefore()
    {
        HostRig rig(4);
        QVERIFY(rig.settles());
        std::vector<SessionId> sessions;
        for (int at = 0; at < 8; ++at)
            sessions.push_back(rig.open("session-" + QByteArray::number(at)));
        std::vector<Submission> submissions;
        for (int at = 0; at < 200; ++at)
            submissions.push_back(rig.host().submit(sessions[static_cast<std::size_t>(at) % 8],
                                                    promptOf("work"), {.wait = WaitFor::Terminal}));
        QVERIFY(rig.settles());
        for (const Submission &one : submissions)
            QVERIFY(one.receipt.isFinished() && one.outcome.isFinished());
    }

    void anInputWithoutWakeWaitsForTheNext()
    {
        HostRig rig;
        const SessionId alpha = rig.open("alpha");
        const Submission quiet =
            rig.host().submit(alpha, promptOf("quiet"), {.wait = WaitFor::Terminal, .withoutWake = true});
        QVERIFY(resultOf(quiet.receipt)->accepted());
        QVERIFY(rig.settles());
        QCOMPARE(rig.view(alpha).waitReason, WaitReason::NoWake);
        QVERIFY(!quiet.outcome.isFinished());
        rig.host().submit(alpha, promptOf("loud"));
        QVERIFY(resultOf(quiet.outcome)->succeeded());
        QVERIFY(rig.settles());
        QCOMPARE(rig.executors->applied().size(), std::size_t(2));
    }

    void anUnknownSessionIsAnswered()
    {
        HostRig rig;
        for (const SessionId nobody : {SessionId(), sessionIdOf(404)}) {
            const Submission lost = rig.host().submit(nobody, promptOf("x"), {.wait = WaitFor::Terminal});
            QVERIFY(!resultOf(lost.receipt)->accepted());
            QCOMPARE(resultOf(lost.outcome)->waitFailure, WaitFailure::ChannelClosed);
            QVERIFY(!resultOf(rig.host().cancel(nobody, CancelMode::Hard))->ok());
            QVERIFY(!resultOf(rig.host().stop(nobody))->ok());
            QVERIFY(!resultOf(rig.host().start(nobody))->ok());
        }
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::HostTest)
#include "host_test.moc"
