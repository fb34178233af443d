// SPDX-License-Identifier: Apache-2.0
// Who runs a session, and whose its snapshot is.
#include "store_contract.h"

#include "model/executor_change.h"

namespace burrow::test {

namespace {

const ExecutorIdentity talker{"talker", "org.example.talker"};
const ExecutorIdentity writer{"writer", "org.example.writer"};

} // namespace

void StoreContract::aSessionRemembersWhoRunsIt()
{
    QVERIFY2(openSession("alpha", {}, talker).executor.isEmpty(), "nobody ran it before");
    QVERIFY(openSession("alpha", {}, talker).executor == talker);
    QVERIFY(afterReopening("alpha", writer).executor == talker);
    QVERIFY(afterReopening("alpha", writer).executor == writer);
}

void StoreContract::anOpeningWithoutAnExecutorForgetsNobody()
{
    openSession("alpha", {}, talker);
    QVERIFY(openSession("alpha").executor == talker);
    QVERIFY(afterReopening("alpha").executor == talker);
    QVERIFY(afterReopening("alpha").executor == talker);
}

void StoreContract::otherWritesLeaveTheExecutorAsItIs()
{
    const StoredSession alpha = openSession("alpha", {}, talker);
    SetBuilder sets(alpha.id);
    const InputPointer input = freshInput();
    QCOMPARE(verdictOf(sets.accept(input)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.grant(1, {input})), Verdict::Committed);
    QCOMPARE(verdictOf(sets.finishRun(runIdOf(1), {input}, "state")), Verdict::Committed);
    QCOMPARE(verdictOf(sets.lifecycle("stop", Phase::Stopped)), Verdict::Committed);
    QVERIFY(afterReopening("alpha").executor == talker);
}

void StoreContract::anotherExecutorLeavesTheRestOfASessionAsItWas()
{
    const StoredSession alpha = openSession("alpha", {}, talker);
    SetBuilder sets(alpha.id);
    const InputPointer open = freshInput("open");
    const InputPointer done = freshInput("done", "key-1");
    QCOMPARE(verdictOf(sets.accept(open)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.accept(done)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.lifecycle("start", Phase::Idle)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.finishRun(runIdOf(1), {done}, "state", {1, sequencesOf({open})})),
             Verdict::Committed);

    const StoredSession before = afterReopening("alpha", writer);
    const StoredSession after = afterReopening("alpha", writer);
    QVERIFY(before.executor == talker);
    QVERIFY(after.executor == writer);
    QCOMPARE(after.id, before.id);
    QCOMPARE(after.row.phase, before.row.phase);
    QCOMPARE(after.row.revision, before.row.revision);
    QCOMPARE(after.row.lastRun, runIdOf(1));
    QVERIFY(before.binding && after.binding && *after.binding == *before.binding);
    QCOMPARE(sequencesOf(after), sequencesOf({open}));
    QCOMPARE(after.snapshot.value_or("none"), QByteArray("state"));
    QVERIFY(outcomeByKey(alpha.id, "key-1"));
}

void StoreContract::anotherExecutorIsToldInTheLog()
{
    const StoredSession alpha = openSession("alpha", {}, talker);
    openSession("alpha", {}, talker);
    openSession("alpha");
    QVERIFY2(eventsSince({}).rows.empty(), "nothing has changed");
    const StoredSession before = openSession("alpha", {}, writer);
    const EventPage page = eventsSince({});
    QCOMPARE(page.rows.size(), std::size_t(1));
    QCOMPARE(page.rows[0].session, alpha.id);
    QCOMPARE(page.rows[0].name, QByteArray("alpha"));
    QVERIFY(page.rows[0].verb.isEmpty());
    QCOMPARE(page.rows[0].events.size(), std::size_t(1));
    QCOMPARE(page.rows[0].events[0].code, EventCode::ExecutorChanged);
    QCOMPARE(page.rows[0].events[0].detail, executorChange(before, writer)->detail);
    openSession("alpha", {}, writer);
    QCOMPARE(eventsSince({}).rows.size(), std::size_t(1));
}

void StoreContract::aSnapshotIsStampedWithThePluginThatMadeIt()
{
    const StoredSession alpha = openSession("alpha", {}, talker);
    SetBuilder sets(alpha.id);
    const std::vector<InputPointer> inputs{freshInput("one"), freshInput("two")};
    for (const InputPointer &input : inputs)
        QCOMPARE(verdictOf(sets.accept(input)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.finishRun(runIdOf(1), {inputs[0]}, "talked")), Verdict::Committed);

    const StoredSession changed = afterReopening("alpha", writer);
    QCOMPARE(changed.snapshotPlugin, talker.plugin);
    QCOMPARE(changed.snapshotRun, runIdOf(1));
    QVERIFY2(!snapshotFor(changed, writer.plugin), "another plugin gets no snapshot that it has not made");
    const StoredSession back = afterReopening("alpha", {"other name", talker.plugin});
    QVERIFY2(snapshotFor(back, talker.plugin) == QByteArray("talked"),
             "it is kept for the plugin that made it");

    openSession("alpha", {}, writer);
    QCOMPARE(verdictOf(sets.finishRun(runIdOf(2), {inputs[1]}, "written")), Verdict::Committed);
    const StoredSession written = afterReopening("alpha", writer);
    QCOMPARE(written.snapshotPlugin, writer.plugin);
    QVERIFY(snapshotFor(written, writer.plugin) == QByteArray("written"));
}

void StoreContract::aSnapshotOfNobodyBelongsToTheFirstWhoIsKnown()
{
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    const InputPointer input = freshInput();
    QCOMPARE(verdictOf(sets.accept(input)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.finishRun(runIdOf(1), {input}, "state")), Verdict::Committed);
    const StoredSession first = afterReopening("alpha", talker);
    QVERIFY(first.executor.isEmpty());
    QVERIFY(!executorChange(first, talker));
    QVERIFY(snapshotFor(first, talker.plugin) == QByteArray("state"));
    const StoredSession second = afterReopening("alpha", writer);
    QCOMPARE(second.snapshotPlugin, talker.plugin);
    QCOMPARE(second.snapshot.value_or("none"), QByteArray("state"));
    QCOMPARE(second.snapshotRun, runIdOf(1));
}

} // namespace burrow::test
