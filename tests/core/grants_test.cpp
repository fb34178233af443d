// SPDX-License-Identifier: Apache-2.0
// No start without a durable permission, and how few writes that takes.
#include "core_beginnings.h"

using namespace burrow;
using namespace burrow::test;

namespace {

const StartGrant &grantOf(const WriteSet &set)
{
    static const StartGrant none;
    if (const auto *finish = std::get_if<FinishRunOperation>(&set.operation))
        return finish->session.grant;
    if (const auto *failed = std::get_if<FailRunOperation>(&set.operation))
        return failed->session.grant;
    if (const auto *grant = std::get_if<GrantOperation>(&set.operation))
        return grant->session.grant;
    return none;
}

std::size_t grantWrites(const CoreHarness &h)
{
    return static_cast<std::size_t>(std::count_if(h.writes.begin(), h.writes.end(), [](const WriteSet &set) {
        return std::holds_alternative<GrantOperation>(set.operation);
    }));
}

} // namespace

class GrantsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anIdleSessionStartsWithoutAWriteOfItsOwn();
    void theGrantOfTheNextRunRidesOnTheCommit();
    void theGrantOfTheNextRunRidesOnAFailure();
    void aGrantWrittenByItselfComesFirst();
    void aStartThatCannotBeWrittenIsNamedUntilItIs();
    void aGrantIsUnusedWhenTheSelectionChanges();
    void aGrantCoversOneStart();
    void attemptNumbersNeverRepeat();
    void ephemeralMembersDoNotRaiseTheAttemptOfStoredOnes();
    void anEphemeralRunWritesNothing();
    void anEphemeralRunWithASnapshotIsWritten();
    void theEndOfAnEphemeralRunKeepsItsPlaceBehindAccepts();
};

void GrantsTest::anIdleSessionStartsWithoutAWriteOfItsOwn()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    QVERIFY(h.applyOpen());
    QCOMPARE(h.writes.size(), std::size_t(1));
    QCOMPARE(std::get<AcceptOperation>(h.writes.front().operation).row.starts, 1U);
}

void GrantsTest::theGrantOfTheNextRunRidesOnTheCommit()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    const Submitted next = h.submit(prompt());
    QCOMPARE(std::get<AcceptOperation>(h.writes.back().operation).row.starts, 0U);
    h.succeed();
    QCOMPARE(grantOf(h.writes.back()), (StartGrant{1, {next.sequence()}}));
    QVERIFY(h.applyOpen());
    QCOMPARE(grantWrites(h), std::size_t(0));
}

void GrantsTest::theGrantOfTheNextRunRidesOnAFailure()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    const Submitted next = h.submit(prompt());
    h.failRun();
    QCOMPARE(grantOf(h.writes.back()), (StartGrant{1, {next.sequence()}}));
    QCOMPARE(h.applies.back().primitive->contributors[0].input, next.input);
    QCOMPARE(grantWrites(h), std::size_t(0));
}

void GrantsTest::aGrantWrittenByItselfComesFirst()
{
    CoreHarness h;
    const Submitted a = h.submit(peerMessage("a"));
    const Submitted b = h.submit(peerMessage("b"));
    h.script.store = Answers::Held;
    h.attach();
    QCOMPARE(grantOf(h.writes.back()), (StartGrant{2, {a.sequence(), b.sequence()}}));
    QVERIFY(!h.applyOpen());
    h.commit();
    QCOMPARE(h.applies.back().attempt, 2U);
}

void GrantsTest::aStartThatCannotBeWrittenIsNamedUntilItIs()
{
    WithGrant with;
    CoreHarness &h = with.h;
    h.answer(Verdict::NotWritten);
    // Nothing has failed but the store, and it is asked again.
    QCOMPARE(h.view().waitReason, WaitReason::WaitingForWrite);
    QVERIFY(h.view().note.startsWith(QStringLiteral("the start of a run could not be made durable: ")));
    h.advance(limits::retry_backoff_max);
    QCOMPARE(h.view().waitReason, WaitReason::WaitingForWrite);
    QVERIFY(!h.view().note.isEmpty());
    h.commit();
    QVERIFY(h.applyOpen());
    QVERIFY(h.view().note.isEmpty());
}

void GrantsTest::aGrantIsUnusedWhenTheSelectionChanges()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    const Submitted promised = h.submit(prompt("promised"));
    h.script.store = Answers::Held;
    h.succeed();
    const Submitted first = h.submit(steered(prompt("first")));
    h.script.turns = Answers::Held;
    h.commitAll();
    h.script.turns = Answers::AtOnce;
    h.script.store = Answers::AtOnce;
    h.wake();
    QCOMPARE(h.applies.back().primitive->contributors[0].input, first.input);
    h.succeed();
    QCOMPARE(h.applies.back().primitive->contributors[0].input, promised.input);
    QCOMPARE(h.applies.back().attempt, 2U);
}

void GrantsTest::aGrantCoversOneStart()
{
    CoreHarness h;
    h.attach();
    h.submit(prompt());
    h.failRun();
    const std::size_t before = grantWrites(h);
    h.wake();
    QCOMPARE(grantWrites(h), before + 1);
    QCOMPARE(h.applies.back().attempt, 2U);
}

void GrantsTest::attemptNumbersNeverRepeat()
{
    CoreHarness h;
    h.attach();
    const Submitted tried = h.submit(prompt());
    h.failRun();
    h.wake();
    // A run that is taken back by a lost commit has used its number all the same.
    h.script.store = Answers::Held;
    h.succeed();
    h.answer(Verdict::NotWritten);
    h.script.store = Answers::AtOnce;
    h.start();
    QVERIFY(h.applyOpen());
    std::vector<quint32> numbers;
    for (const StartApply &apply : h.applies)
        numbers.push_back(apply.primitive->contributors[0].attempt);
    QCOMPARE(numbers, (std::vector<quint32>{1, 2, 3}));
    QCOMPARE(h.record(tried)->registers.tries, 1U);
}

void GrantsTest::ephemeralMembersDoNotRaiseTheAttemptOfStoredOnes()
{
    CoreHarness h;
    h.attach();
    const Submitted passing = h.submit(ephemeral(steered(peerMessage("a"))));
    h.failRun();
    h.wake();
    h.failRun();
    QVERIFY(h.isOpen(passing));
    h.die();
    h.submit(steered(peerMessage("b")));
    h.attach();
    const RunPrimitive &primitive = *h.applies.back().primitive;
    QCOMPARE(primitive.contributors.size(), std::size_t(2));
    QCOMPARE(primitive.contributors[0].attempt, 3U);
    QCOMPARE(primitive.contributors[1].attempt, h.applies.back().attempt);
}

void GrantsTest::anEphemeralRunWritesNothing()
{
    CoreHarness h;
    h.attach();
    const Submitted passing = h.submit(ephemeral(prompt()), WaitMode::Terminal);
    h.failRun();
    h.wake();
    QCOMPARE(h.applies.back().attempt, 2U);
    h.succeed();
    QCOMPARE(h.outcome(passing)->outcome, OutcomeClass::Completed);
    QVERIFY(h.writes.empty());
}

void GrantsTest::anEphemeralRunWithASnapshotIsWritten()
{
    CoreHarness h;
    h.attach();
    h.submit(ephemeral(prompt()));
    h.succeed(RunTerminal::None, QByteArray());
    QCOMPARE(h.writes.size(), std::size_t(1));
    QVERIFY(std::get<FinishRunOperation>(h.writes.back().operation).inputs.empty());
    QCOMPARE(h.checkpoints.size(), std::size_t(1));
}

void GrantsTest::theEndOfAnEphemeralRunKeepsItsPlaceBehindAccepts()
{
    CoreHarness h;
    h.attach();
    const Submitted passing = h.submit(ephemeral(prompt()), WaitMode::Terminal);
    h.script.store = Answers::Held;
    const Submitted stored = h.submit(prompt());
    h.succeed();
    QVERIFY(h.outcome(passing) == nullptr);
    QVERIFY(h.core.registers().run);
    h.commit();
    QVERIFY(h.receipt(stored)->accepted());
    QVERIFY(h.outcome(passing) != nullptr);
}

QTEST_APPLESS_MAIN(GrantsTest)
#include "grants_test.moc"
