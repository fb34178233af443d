// SPDX-License-Identifier: Apache-2.0
// A call that does not come back is named while it does not.
#include "plugin/call_watch.h"
#include "puppet_box.h"
#include "wait.h"

#include <QJsonArray>
#include <QRegularExpression>
#include <QTest>

using namespace burrow;
using namespace burrow::test;

class CallWatchTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aCallThatLastsIsNamedOnceAndComesBack();
    void callsThatComeBackAreNotNamed();
    void theSessionAndTheLogHearWhichCallItIs_data();
    void theSessionAndTheLogHearWhichCallItIs();
    void aCancelThatDoesNotComeBackIsNamedBesideItsRun();
    void aCancelThatComesBackLeavesTheApplyThatDoesNotNamed();
    void aPluginThatDeclaresItselfBlockingIsNotNamed();
};

namespace {

/// A watch whose words the test can wait for.
struct Listening
{
    std::mutex mutex;
    std::vector<const char *> told; // guarded by mutex
    Signal said;
    std::shared_ptr<CallWatch> watch;

    Listening()
        : watch(std::make_shared<CallWatch>([this] { return std::weak_ptr<Watched>(watch); },
                                            [this](const char *function) {
                                                {
                                                    const std::lock_guard lock(mutex);
                                                    told.push_back(function);
                                                }
                                                said.raise();
                                            }))
    {
    }
};

} // namespace

void CallWatchTest::aCallThatLastsIsNamedOnceAndComesBack()
{
    Listening listening;
    static constexpr const char *function = "apply";
    listening.watch->begin(function);
    QVERIFY(listening.said.wait());
    QCOMPARE(listening.said.count(), 1);
    QCOMPARE(listening.told[0], function);
    listening.watch->end();
    QVERIFY(listening.said.wait(2)); // By whichever thread sees it first.
    QCOMPARE(listening.said.count(), 2);
    QVERIFY(listening.told[1] == nullptr);
    // The next one is another call, and is named as well.
    listening.watch->begin("stop");
    QVERIFY(listening.said.wait(3));
    listening.watch->end();
    QVERIFY(listening.said.wait(4));
    QCOMPARE(listening.said.count(), 4);
}

/// Asked for while the first was open; by then it is over, and what is open began later.
void CallWatchTest::callsThatComeBackAreNotNamed()
{
    Listening listening;
    listening.watch->begin("apply");
    listening.watch->end();
    listening.watch->overdue(1);
    listening.watch->begin("apply");
    listening.watch->overdue(1);
    listening.watch->end();
    QCOMPARE(listening.said.count(), 0);
}

void CallWatchTest::theSessionAndTheLogHearWhichCallItIs_data()
{
    QTest::addColumn<InlineCalls>("inlineCalls");
    QTest::newRow("worker") << InlineCalls::No;
    QTest::newRow("inline") << InlineCalls::Yes;
}

void CallWatchTest::theSessionAndTheLogHearWhichCallItIs()
{
    QFETCH(InlineCalls, inlineCalls);
    PuppetStage s;
    s.options.inlineCalls = inlineCalls;
    ListenerProbe probe;
    std::atomic<bool> named{false};
    s.strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        named = probe.blockedSaid.wait(); // Inline it is the session's own thread that does not come back.
        return s.completeRun(token);
    };
    QCOMPARE(s.start(), QString());
    const auto executor = s.make(probe);
    const RunId run = PuppetStage::freshRun();
    static const QRegularExpression words(QStringLiteral("has not come back from apply for more than 1 s"));
    QTest::ignoreMessage(QtWarningMsg, words);
    executor->apply(PuppetStage::call(run));
    QVERIFY(std::holds_alternative<RunOutput>(probe.waitFinished(run)));
    QVERIFY(named);
    QVERIFY(probe.blockedSaid.wait(2));
    const QStringList said = probe.blockedCalls();
    QVERIFY2(said[0].contains(QStringLiteral("plugin puppet has not come back from apply")),
             qPrintable(said[0]));
    QCOMPARE(said[1], QString());
    QVERIFY2(probe.sentences().isEmpty(), "it is slow, and nothing else");
}

void CallWatchTest::aCancelThatDoesNotComeBackIsNamedBesideItsRun()
{
    PuppetStage s;
    ListenerProbe probe;
    std::atomic<burrow_token> open{0};
    s.strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        open = token;
        return BURROW_OK;
    };
    s.strings.cancel = [&](void *, const burrow_cancel_request *) {
        probe.blockedSaid.wait();
        return s.completeRun(open);
    };
    QCOMPARE(s.start(), QString());
    const auto executor = s.make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    executor->cancel(run, CancelMode::Hard, QStringLiteral("enough"));
    QVERIFY(std::holds_alternative<RunOutput>(probe.waitFinished(run)));
    QVERIFY(probe.blockedSaid.wait(2));
    const QStringList said = probe.blockedCalls();
    QVERIFY2(said[0].contains(QStringLiteral("has not come back from cancel")), qPrintable(said[0]));
    QCOMPARE(said[1], QString());
}

/// Two calls hang, and the word that one of them is over must not be taken for the other.
void CallWatchTest::aCancelThatComesBackLeavesTheApplyThatDoesNotNamed()
{
    PuppetStage s;
    ListenerProbe probe;
    Signal entered;
    Signal goOn;
    s.strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        entered.raise();
        goOn.wait();
        return s.completeRun(token);
    };
    s.strings.cancel = [&](void *, const burrow_cancel_request *) {
        probe.blockedSaid.wait(2); // Its own name comes after that of the other.
        return BURROW_OK;
    };
    QCOMPARE(s.start(), QString());
    const auto executor = s.make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    QVERIFY(entered.wait());
    QVERIFY(probe.blockedSaid.wait());
    executor->cancel(run, CancelMode::Hard, QStringLiteral("enough"));
    const bool cancelBack = probe.blockedSaid.wait(3);
    goOn.raise();
    QVERIFY(cancelBack);
    probe.waitFinished(run);
    QVERIFY(probe.blockedSaid.wait(4));
    const QStringList said = probe.blockedCalls();
    QVERIFY2(said[0].contains(QStringLiteral("has not come back from apply")), qPrintable(said[0]));
    QVERIFY2(said[1].contains(QStringLiteral("has not come back from cancel")), qPrintable(said[1]));
    QCOMPARE(said[2], said[0]);
    QCOMPARE(said[3], QString());
}

void CallWatchTest::aPluginThatDeclaresItselfBlockingIsNotNamed()
{
    PuppetStage s;
    s.strings.descriptor.flags = BURROW_PLUGIN_BLOCKING;
    s.box.manifest()[QStringLiteral("flags")] = QJsonArray{QStringLiteral("blocking")};
    Signal entered;
    Signal goOn;
    s.strings.apply = [&](void *, const burrow_apply_request *, burrow_token token) {
        entered.raise();
        goOn.wait();
        return s.completeRun(token);
    };
    QCOMPARE(s.start(), QString());
    ListenerProbe probe;
    const auto executor = s.make(probe);
    const RunId run = PuppetStage::freshRun();
    executor->apply(PuppetStage::call(run));
    QVERIFY(entered.wait());
    // Whatever was armed before this is over when a later call of the same length has been named.
    Listening later;
    later.watch->begin("later");
    QVERIFY(later.said.wait());
    later.watch->end();
    goOn.raise();
    QVERIFY(std::holds_alternative<RunOutput>(probe.waitFinished(run)));
    executor->stop(StopKind::SessionStop, {});
    QVERIFY(probe.waitStopped().ok());
    QVERIFY(probe.blockedCalls().isEmpty());
}

QTEST_GUILESS_MAIN(CallWatchTest)
#include "call_watch_test.moc"
