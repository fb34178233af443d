// SPDX-License-Identifier: Apache-2.0
#include "store_contract.h"

namespace burrow::test {

void StoreContract::init()
{
    m_store = openEmpty();
    QVERIFY(m_store);
}

void StoreContract::cleanup()
{
    m_store.reset();
}

StoredSession StoreContract::openSession(const QByteArray &name, SessionId idIfNew,
                                         const ExecutorIdentity &executor)
{
    if (idIfNew.isNull())
        idIfNew = sessionIdOf(qHash(name) + 1);
    Tally answered;
    std::optional<Result<StoredSession>> opened;
    store().openSession(idIfNew, name, executor, [&](Result<StoredSession> result) {
        opened.emplace(std::move(result));
        answered.add();
    });
    if (!answered.waitFor(1) || !opened->ok()) {
        QTest::qFail("the session was not opened", __FILE__, __LINE__);
        return {};
    }
    return std::move(*opened).value();
}

StoredSession StoreContract::afterReopening(const QByteArray &name, const ExecutorIdentity &executor)
{
    m_store = reopenStore(std::move(m_store));
    return openSession(name, sessionIdOf(999'999), executor);
}

Verdict StoreContract::verdictOf(WriteSet set)
{
    const TicketNumber ticket = set.ticket;
    store().submitOne(std::move(set), m_log, SubmitHint::NeverBlock);
    if (!m_log.waitFor(++m_asked)) {
        QTest::qFail("no verdict came", __FILE__, __LINE__);
        return Verdict::Unknown;
    }
    const StoreAnswer answer = m_log.answers().back();
    if (answer.ticket != ticket)
        QTest::qFail("the verdict names another ticket", __FILE__, __LINE__);
    if (answer.verdict != Verdict::Committed && answer.reason.isEmpty())
        QTest::qFail("the verdict gives no reason", __FILE__, __LINE__);
    return answer.verdict;
}

std::optional<StoredOutcome> StoreContract::outcomeOf(SessionId session, InputId input)
{
    Tally answered;
    std::optional<StoredOutcome> found;
    store().findOutcome(session, input, [&](Result<std::optional<StoredOutcome>> result) {
        if (result.ok())
            found = *std::move(result);
        answered.add();
    });
    if (!answered.waitFor(1))
        QTest::qFail("the outcome was not answered", __FILE__, __LINE__);
    return found;
}

std::optional<StoredOutcome> StoreContract::outcomeByKey(SessionId session, const QByteArray &key)
{
    Tally answered;
    std::optional<StoredOutcome> found;
    store().findOutcomeByKey(session, key, [&](Result<std::optional<StoredOutcome>> result) {
        if (result.ok())
            found = *std::move(result);
        answered.add();
    });
    if (!answered.waitFor(1))
        QTest::qFail("the outcome was not answered", __FILE__, __LINE__);
    return found;
}

std::vector<RetainedKey> StoreContract::keysOf(SessionId session)
{
    Tally answered;
    std::vector<RetainedKey> keys;
    store().loadKeys(session, [&](Result<std::vector<RetainedKey>> result) {
        if (result.ok())
            keys = *std::move(result);
        answered.add();
    });
    if (!answered.waitFor(1))
        QTest::qFail("the keys were not answered", __FILE__, __LINE__);
    return keys;
}

InputPointer StoreContract::freshInput(const QByteArray &text, const QByteArray &key)
{
    return numbered(promptOf(text, key), store().nextSequence());
}

GrantedInputs StoreContract::sequencesOf(const StoredSession &stored)
{
    GrantedInputs sequences;
    for (const InputRow &row : stored.openInputs)
        sequences.push_back(row.sequence);
    std::sort(sequences.begin(), sequences.end());
    return sequences;
}

GrantedInputs StoreContract::sequencesOf(const std::vector<InputPointer> &inputs)
{
    GrantedInputs sequences;
    for (const InputPointer &input : inputs)
        sequences.push_back(sequenceOf(input->id));
    return sequences;
}

void StoreContract::aNewNameGetsTheIdThatWasOffered()
{
    QCOMPARE(openSession("alpha", sessionIdOf(7)).id, sessionIdOf(7));
}

void StoreContract::aKnownNameGivesTheSameIdAgain()
{
    openSession("alpha", sessionIdOf(7));
    const StoredSession again = openSession("alpha", sessionIdOf(8));
    QCOMPARE(again.id, sessionIdOf(7));
    QCOMPARE(again.name, QByteArray("alpha"));
    QCOMPARE(afterReopening("alpha").id, sessionIdOf(7));
}

void StoreContract::twoNamesAreTwoSessions()
{
    const StoredSession alpha = openSession("alpha", sessionIdOf(7));
    const StoredSession beta = openSession("beta", sessionIdOf(8));
    QVERIFY(alpha.id != beta.id);
    SetBuilder sets(alpha.id);
    QCOMPARE(verdictOf(sets.accept(freshInput())), Verdict::Committed);
    QCOMPARE(afterReopening("beta").openInputs.size(), std::size_t(0));
    QCOMPARE(openSession("alpha").openInputs.size(), std::size_t(1));
}

void StoreContract::aNewSessionIsIdleAndEmpty()
{
    const StoredSession stored = openSession("alpha");
    QCOMPARE(stored.row.phase, Phase::Idle);
    QCOMPARE(stored.row.grant, StartGrant{});
    QVERIFY(stored.row.lastRun.isNull());
    QVERIFY(stored.openInputs.empty());
    QVERIFY(!stored.snapshot);
    QVERIFY(stored.corruption.isEmpty());
}

void StoreContract::sequencesRiseAndAreNeverZero()
{
    quint64 last = 0;
    for (int at = 0; at < 1'000; ++at) {
        const quint64 next = store().nextSequence();
        QVERIFY(next > last);
        last = next;
    }
    QVERIFY2(last < (1ULL << 62), "a sequence has to fit into the low bits of an id");
}

void StoreContract::aSequenceIsNotUsedAgainByAReopenedStore()
{
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    const InputPointer input = freshInput();
    QCOMPARE(verdictOf(sets.accept(input)), Verdict::Committed);
    // Handed out and not written: a host that died between the two may have told somebody the id.
    const quint64 unwritten = store().nextSequence();
    afterReopening("alpha");
    QVERIFY(store().nextSequence() > unwritten);
}

void StoreContract::anUnknownSessionIsRefused()
{
    SetBuilder sets(sessionIdOf(12'345));
    QCOMPARE(verdictOf(sets.accept(freshInput())), Verdict::Refused);
}

void StoreContract::anInputThatIsOpenHasNoOutcome()
{
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    const InputPointer input = freshInput();
    QCOMPARE(verdictOf(sets.accept(input)), Verdict::Committed);
    QVERIFY(!outcomeOf(alpha.id, input->id));
    QVERIFY(!outcomeOf(alpha.id, numbered(promptOf("never seen"), 4'000'000)->id));
}

void StoreContract::theOutcomeBelongsToItsSessionAndItsFullId()
{
    const StoredSession alpha = openSession("alpha");
    const StoredSession beta = openSession("beta");
    SetBuilder sets(alpha.id);
    const InputPointer input = freshInput("work", "key-1");
    QCOMPARE(verdictOf(sets.accept(input)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.finishRun(runIdOf(1), {input})), Verdict::Committed);

    const std::optional<StoredOutcome> found = outcomeOf(alpha.id, input->id);
    QVERIFY(found);
    QCOMPARE(found->session, alpha.id);
    QCOMPARE(found->input.id, input->id);
    QCOMPARE(found->input.outcome.outcome, OutcomeClass::Completed);
    QCOMPARE(found->input.outcome.text, QByteArray("done"));
    QCOMPARE(found->input.run, runIdOf(1));
    QCOMPARE(found->input.idempotencyKey, QByteArray("key-1"));
    QCOMPARE(found->input.payloadHash, payloadHash(*input));

    QVERIFY2(!outcomeOf(beta.id, input->id), "another session asks");
    InputId sameSequence = input->id;
    sameSequence.uuid.high ^= 1ULL << 20;
    QVERIFY2(!outcomeOf(alpha.id, sameSequence), "another id with the same sequence");
    afterReopening("alpha");
    QVERIFY2(outcomeOf(alpha.id, input->id), "after the store was opened again");
}

void StoreContract::theOutcomeOfAKeyIsThatOfItsLastInput()
{
    const StoredSession alpha = openSession("alpha");
    const StoredSession beta = openSession("beta");
    SetBuilder sets(alpha.id);
    const InputPointer first = freshInput("work", "key-1");
    const InputPointer last = freshInput("work", "key-1");
    const InputPointer open = freshInput("work", "key-2");
    for (const InputPointer &input : {first, last, open})
        QCOMPARE(verdictOf(sets.accept(input)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.finishRun(runIdOf(1), {last})), Verdict::Committed);
    QCOMPARE(verdictOf(sets.finishRun(runIdOf(2), {first})), Verdict::Committed);
    for (int reopened = 0; reopened < 2; ++reopened) {
        const std::optional<StoredOutcome> found = outcomeByKey(alpha.id, "key-1");
        QVERIFY(found);
        QCOMPARE(found->input.id, last->id);
        QVERIFY2(!outcomeByKey(alpha.id, "key-2"), "it is still open");
        QVERIFY2(!outcomeByKey(beta.id, "key-1"), "another session asks");
        afterReopening("alpha");
    }
}

void StoreContract::theKeysOfEndedInputsAreLoaded()
{
    const StoredSession alpha = openSession("alpha");
    SetBuilder sets(alpha.id);
    const InputPointer ended = freshInput("work", "key-1");
    const InputPointer open = freshInput("work", "key-2");
    const InputPointer plain = freshInput("work");
    for (const InputPointer &input : {ended, open, plain})
        QCOMPARE(verdictOf(sets.accept(input)), Verdict::Committed);
    QCOMPARE(verdictOf(sets.finishRun(runIdOf(1), {ended, plain})), Verdict::Committed);
    QCOMPARE(verdictOf(sets.acceptConsumed(freshInput("noted", "key-3"))), Verdict::Committed);
    for (int reopened = 0; reopened < 2; ++reopened) {
        std::vector<RetainedKey> keys = keysOf(alpha.id);
        QCOMPARE(keys.size(), std::size_t(2));
        std::sort(keys.begin(), keys.end(), [](const auto &a, const auto &b) { return a.key < b.key; });
        QCOMPARE(keys[0].key, QByteArray("key-1"));
        QCOMPARE(keys[0].input, ended->id);
        QCOMPARE(keys[0].payloadHash, payloadHash(*ended));
        QCOMPARE(keys[0].endedAs, OutcomeClass::Completed);
        QCOMPARE(keys[1].key, QByteArray("key-3"));
        afterReopening("alpha");
    }
}

} // namespace burrow::test
