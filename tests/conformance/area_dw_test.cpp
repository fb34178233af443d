// SPDX-License-Identifier: Apache-2.0
// Area DW: background work that ends wakes a session that is at rest.
#include "scenarios.h"

using namespace burrow;
using namespace burrow::test;

namespace {

const OperationRegistry &operationsOf(const CoreHarness &h)
{
    return *h.core.operations();
}

quint64 observed(const CoreHarness &h)
{
    return operationsOf(h).feed().cursor(FeedCursor::RuntimeObserved);
}

quint64 injected(const CoreHarness &h)
{
    return operationsOf(h).feed().cursor(FeedCursor::RuntimeInjected);
}

/// An operation that only has to be completed.
void begin(CoreHarness &h, quint64 number, OperationKind kind = OperationKind::BackgroundTool)
{
    h.addOperation(number, kind);
    h.startOperation(number);
}

void oneEndIsOneRun()
{
    CoreHarness h;
    h.attach();
    h.runOperation(1);
    QCOMPARE(h.applies.size(), std::size_t(1));
    QCOMPARE(h.applies[0].primitive->execution, ExecutionKind::ResumePending);
    QCOMPARE(h.applies[0].primitive->contributors[0].kind, InputKind::Continuation);
    h.succeed();
    QCOMPARE(h.applies.size(), std::size_t(1));
    QCOMPARE(injected(h), quint64(1));
    QCOMPARE(observed(h), quint64(1));
}

void fiveEndsAreOneRun()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    for (quint64 at = 1; at <= 5; ++at)
        h.runOperation(at);
    QCOMPARE(h.applies.size(), std::size_t(1));
    QCOMPARE(injected(h), quint64(0));
    h.succeed();
    QCOMPARE(h.applies.size(), std::size_t(2));
    QCOMPARE(h.applies[1].primitive->contributors.size(), std::size_t(1));
    h.succeed();
    QCOMPARE(h.applies.size(), std::size_t(2));
    QCOMPARE(injected(h), quint64(5));
}

void endsThatComeWhileOneIsWrittenAreOneRun()
{
    CoreHarness h;
    h.attach();
    for (quint64 at = 1; at <= 5; ++at)
        begin(h, at);
    h.script.store = Answers::Held;
    for (quint64 at = 1; at <= 5; ++at)
        h.endOperation(at);
    QCOMPARE(h.writesInFlight(), std::size_t(1));
    h.commit();
    QCOMPARE(h.writesInFlight(), std::size_t(1)); // The other four.
    h.script.store = Answers::AtOnce;
    h.commit();
    QCOMPARE(h.applies.size(), std::size_t(1));
    h.succeed();
    QCOMPARE(h.applies.size(), std::size_t(1));
    QCOMPARE(injected(h), quint64(5));
}

void aChildWakesNobody()
{
    CoreHarness h;
    h.attach();
    h.runOperation(1, OperationKind::MobMemberChild);
    QVERIFY(h.applies.empty());
    QCOMPARE(h.view().open, 0U);
}

void theContinuationIsDerivedAndUnseen()
{
    const Input input = detachedWorkContinuation({Uuid{1, 2}}, WallTime{std::chrono::milliseconds(3)});
    QCOMPARE(input.kind, InputKind::Continuation);
    QCOMPARE(input.durability, Durability::Derived);
    QCOMPARE(input.handling, HandlingMode::Steer);
    QCOMPARE(input.source.kind, SourceKind::System);
    QVERIFY(!input.visibility.transcript && !input.visibility.operatorView);
    QVERIFY(input.idempotencyKey.isEmpty() && input.supersessionKey.isEmpty());
    const auto &body = std::get<ContinuationBody>(input.body);
    QCOMPARE(body.reason, QByteArray("detached_background_op_completed"));
    QCOMPARE(body.kind, ContinuationBody::Kind::Ordinary);
}

void whatWakesNobodyIsObserved()
{
    CoreHarness h;
    h.attach();
    h.runOperation(1, OperationKind::MobMemberChild);
    h.wake();
    QCOMPARE(observed(h), quint64(1));
    QCOMPARE(injected(h), quint64(0));
    QVERIFY(!h.askedToMint());
}

void aFeedThatNobodyCanTrustFailsClosed()
{
    CoreHarness h;
    h.script.reload = Answers::Held;
    h.attach();
    h.submit(prompt());
    h.runOperation(1);
    h.script.store = Answers::Held;
    h.succeed();
    h.answer(Verdict::Refused);
    QCOMPARE(h.view().waitReason, WaitReason::Held);
    h.wake();
    QVERIFY(!operationsOf(h).cursor(FeedCursor::RuntimeObserved).ok());
    QCOMPARE(observed(h), quint64(0));
    QVERIFY(!h.askedToMint());
    QCOMPARE(h.applies.size(), std::size_t(1));
}

void noFeedIsNothing()
{
    CoreHarness h;
    h.attach();
    h.wake();
    QVERIFY(h.core.operations() == nullptr);
    QVERIFY(h.writes.empty() && !h.askedToMint());
}

void aSessionWithoutALoopIsWokenWhenItHasOne()
{
    CoreHarness h;
    h.runOperation(1);
    QCOMPARE(h.view().open, 0U);
    QCOMPARE(injected(h), quint64(0));
    h.attach();
    QCOMPARE(h.applies.size(), std::size_t(1));
}

void aWakeThatIsNotWrittenMovesNoCursor()
{
    CoreHarness h;
    h.attach();
    begin(h, 1);
    h.script.store = Answers::Held;
    h.endOperation(1);
    h.commit();
    QCOMPARE(h.writesInFlight(), std::size_t(1)); // The continuation, with the cursors.
    QVERIFY(h.writes.back().operations != nullptr);
    QCOMPARE(h.writes.back().operations->cursors, (FeedCursors{0, 1, 1}));
    h.answer(Verdict::NotWritten);
    QCOMPARE(injected(h), quint64(0));
    QCOMPARE(observed(h), quint64(0));
    QVERIFY(h.applies.empty());
    h.script.store = Answers::AtOnce;
    h.advance(limits::retry_backoff_max);
    QCOMPARE(injected(h), quint64(1));
    QCOMPARE(h.applies.size(), std::size_t(1));
}

void workThatArrivesMeanwhileGoesFirst()
{
    CoreHarness h;
    h.script.minting = Answers::Held;
    h.attach();
    h.runOperation(1);
    QVERIFY(h.askedToMint());
    const Submitted first = h.submit(prompt());
    h.script.minting = Answers::AtOnce;
    h.minted();
    QCOMPARE(contributorsOf(h.applies.at(0)), (Ids{first.input}));
    QCOMPARE(injected(h), quint64(0));
    h.succeed();
    QCOMPARE(h.applies.size(), std::size_t(2));
    QCOMPARE(injected(h), quint64(1));
}

const Scenario scenarios[] = {
    {"DW01: background work that ends is one continuation for a session at rest", oneEndIsOneRun},
    {"DW02: five ends before the wake are one continuation", fiveEndsAreOneRun},
    {"DW02: five ends, of which four are written together, are one continuation",
     endsThatComeWhileOneIsWrittenAreOneRun},
    {"DW04: the end of a child wakes nobody", aChildWakesNobody},
    {"DW05: the continuation is derived, invisible and steered", theContinuationIsDerivedAndUnseen},
    {"DW07: a wake without anything to wake for only observes", whatWakesNobodyIsObserved},
    {"DW08: a feed whose authority is gone fails closed", aFeedThatNobodyCanTrustFailsClosed},
    {"DW09: a wake without a feed does nothing", noFeedIsNothing},
    {"DW01: without a loop the wake waits for one", aSessionWithoutALoopIsWokenWhenItHasOne},
    {"DW08: a continuation that is not written moves no cursor and is tried again",
     aWakeThatIsNotWrittenMovesNoCursor},
    {"DW02: work that arrives while the continuation is made goes first", workThatArrivesMeanwhileGoesFirst},
};

} // namespace

class AreaDwTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void row_data() { listScenarios(scenarios); }
    void row() { playScenario(scenarios); }
};

QTEST_APPLESS_MAIN(AreaDwTest)
#include "area_dw_test.moc"
