// SPDX-License-Identifier: Apache-2.0
// Keys of inputs that ended in earlier processes: who waits for them, and for how long they bind.
#include "core_harness.h"

#include "model/reserved_keys.h"

using namespace burrow;
using namespace burrow::test;

namespace {

using namespace std::chrono_literals;
using Received = AcceptReceipt::Verdict;

RetainedKey ended(const Input &input, OutcomeClass endedAs = OutcomeClass::Cancelled)
{
    RetainedKey key;
    key.key = input.idempotencyKey;
    key.input = {Uuid::version7(1, 0, 1'000)};
    key.payloadHash = payloadHash(input);
    key.endedAs = endedAs;
    key.endedAt = {1000s}; // When the harness begins.
    return key;
}

/// A session that existed, whose keys come when the test says so.
HarnessOptions keysLater(std::vector<RetainedKey> keys)
{
    HarnessOptions options;
    options.retainedKeys = std::move(keys);
    options.keys = Answers::Held;
    return options;
}

} // namespace

class KeysTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aNewSessionWaitsForNothing();
    void onlyAKeyThatIsNotKnownWaits();
    void whatWaitsKeepsItsOrder();
    void aRunDoesNotWait();
    void aRepeatOfAnEndedInputIsFoundAfterARestart();
    void anotherContentIsAConflictAfterARestart();
    void keysThatCannotBeReadRefuseAndAreAskedForAgain();
    void whatWaitsForKeysIsBounded();
    void aShutdownAnswersThoseThatWait();
    void aStopComesBeforeThoseThatWait();
    void aKeyExpires();
    void ageCountsFromTheEndOfTheInput();
    void theKeyOfAnOpenInputNeverExpires();
    void keysOfTheFirstStartNeverExpire();
    void expiredKeysAreForgottenInPassing();
    void aLateAnswerToAnEarlierQuestionIsNotTaken();
};

void KeysTest::aNewSessionWaitsForNothing()
{
    HarnessOptions options;
    options.keys = Answers::Held;
    CoreHarness h(std::move(options));
    QVERIFY(!h.askedForKeys());
    QVERIFY(h.receipt(h.submit(withKey(prompt(), "k")))->accepted());
}

void KeysTest::onlyAKeyThatIsNotKnownWaits()
{
    CoreHarness h;
    const Submitted open = h.submit(withKey(prompt(), "open"));
    h.script.keys = Answers::Held;
    h.crash();
    QVERIFY(h.askedForKeys());
    const Submitted waiting = h.submit(withKey(prompt(), "other"));
    QVERIFY(h.receipt(waiting) == nullptr);
    QVERIFY(h.receipt(h.submit(prompt()))->accepted());
    QCOMPARE(h.receipt(h.submit(withKey(prompt(), "open")))->existing, open.input);
    QVERIFY(!h.core.settled());
    h.keysLoaded();
    QVERIFY(h.receipt(waiting)->accepted());
}

void KeysTest::whatWaitsKeepsItsOrder()
{
    CoreHarness h(keysLater({ended(withKey(prompt("x"), "x"))}));
    const Submitted first = h.submit(withKey(prompt("1"), "a"));
    const Submitted second = h.submit(withKey(prompt("2"), "b"));
    const Submitted repeat = h.submit(withKey(prompt("1"), "a"));
    h.keysLoaded();
    QCOMPARE(h.receipt(repeat)->existing, first.input);
    QVERIFY(h.record(first)->registers.admission < h.record(second)->registers.admission);
}

void KeysTest::aRunDoesNotWait()
{
    CoreHarness h;
    h.submit(prompt());
    h.script.keys = Answers::Held;
    h.crash();
    h.attach();
    QVERIFY(h.askedForKeys());
    h.succeed();
    QCOMPARE(h.view().open, 0U);
}

void KeysTest::aRepeatOfAnEndedInputIsFoundAfterARestart()
{
    CoreHarness h;
    h.attach();
    const Submitted first = h.submit(withKey(prompt(), "k"));
    h.cancel();
    h.endCancelled();
    h.crash();
    const std::size_t writes = h.writes.size();
    const Submitted again = h.submit(withKey(prompt(), "k"), WaitMode::Terminal);
    QCOMPARE(h.receipt(again)->verdict, Received::Deduplicated);
    QCOMPARE(h.receipt(again)->existing, first.input);
    QCOMPARE(h.receipt(again)->work, Work::Ended);
    QCOMPARE(h.receipt(again)->endedAs, OutcomeClass::Cancelled);
    QVERIFY(!h.receipt(again)->willResolve);
    QCOMPARE(h.writes.size(), writes);
}

void KeysTest::anotherContentIsAConflictAfterARestart()
{
    CoreHarness h;
    const Submitted first = h.submit(withKey(prompt("a"), "k"));
    h.crash();
    QCOMPARE(h.receipt(h.submit(withKey(prompt("b"), "k")))->refusal, Refusal::KeyConflict);
    h.attach();
    h.succeed();
    h.crash();
    const Submitted other = h.submit(withKey(prompt("b"), "k"));
    QCOMPARE(h.receipt(other)->refusal, Refusal::KeyConflict);
    QCOMPARE(h.receipt(other)->existing, first.input);
}

void KeysTest::keysThatCannotBeReadRefuseAndAreAskedForAgain()
{
    const Input repeated = withKey(prompt(), "k");
    CoreHarness h(keysLater({ended(repeated)}));
    const Submitted waiting = h.submit(repeated);
    h.keysLoaded(false);
    QCOMPARE(h.receipt(waiting)->refusal, Refusal::NotWritten);
    QVERIFY(h.receipt(waiting)->retryable());
    QVERIFY(!h.askedForKeys());
    const Submitted again = h.submit(repeated);
    QVERIFY(h.askedForKeys());
    h.keysLoaded();
    QCOMPARE(h.receipt(again)->verdict, Received::Deduplicated);
}

void KeysTest::whatWaitsForKeysIsBounded()
{
    CoreHarness h(keysLater({ended(withKey(prompt(), "x"))}));
    Submitted last;
    for (quint32 at = 0; at < limits::tickets_per_session_max; ++at)
        last = h.submit(withKey(prompt(), QByteArray::number(at)));
    QVERIFY(h.receipt(last) == nullptr);
    QCOMPARE(h.receipt(h.submit(withKey(prompt(), "one more")))->refusal, Refusal::Busy);
    h.keysLoaded();
    QCOMPARE(h.receipt(last)->refusal, Refusal::QueueFull);
}

void KeysTest::aShutdownAnswersThoseThatWait()
{
    CoreHarness h(keysLater({ended(withKey(prompt(), "x"))}));
    const Submitted waiting = h.submit(withKey(prompt(), "k"));
    h.shutDown();
    QCOMPARE(h.receipt(waiting)->refusal, Refusal::ShuttingDown);
    QCOMPARE(h.shutdownsFinished, 1);
    h.keysLoaded();
}

void KeysTest::aStopComesBeforeThoseThatWait()
{
    CoreHarness h(keysLater({ended(withKey(prompt(), "x"))}));
    h.attach();
    const Submitted waiting = h.submit(withKey(prompt(), "k"));
    h.stop();
    QCOMPARE(h.phase(), Phase::Stopped);
    h.keysLoaded();
    QCOMPARE(h.receipt(waiting)->refusal, Refusal::NotReady);
}

void KeysTest::aKeyExpires()
{
    HarnessOptions options;
    options.settings.keyRetention = 10s;
    CoreHarness h(std::move(options));
    h.attach();
    h.submit(withKey(prompt("a"), "k"));
    h.succeed();
    h.advance(9s);
    QCOMPARE(h.receipt(h.submit(withKey(prompt("a"), "k")))->verdict, Received::Deduplicated);
    h.advance(1s);
    QVERIFY(h.receipt(h.submit(withKey(prompt("b"), "k")))->accepted());
}

void KeysTest::ageCountsFromTheEndOfTheInput()
{
    const Input repeated = withKey(prompt(), "k");
    HarnessOptions options = keysLater({ended(repeated)});
    options.settings.keyRetention = 10s;
    CoreHarness h(std::move(options));
    h.advance(6s);
    h.keysLoaded();
    QCOMPARE(h.receipt(h.submit(repeated))->verdict, Received::Deduplicated);
    h.advance(4s);
    QVERIFY(h.receipt(h.submit(repeated))->accepted());
}

void KeysTest::theKeyOfAnOpenInputNeverExpires()
{
    HarnessOptions options;
    options.settings.keyRetention = 1s;
    CoreHarness h(std::move(options));
    h.submit(withKey(prompt(), "k"));
    h.advance(1h);
    QCOMPARE(h.receipt(h.submit(withKey(prompt(), "k")))->verdict, Received::Deduplicated);
    h.crash();
    h.advance(1h);
    QCOMPARE(h.receipt(h.submit(withKey(prompt(), "k")))->verdict, Received::Deduplicated);
}

void KeysTest::keysOfTheFirstStartNeverExpire()
{
    const QByteArray key = QByteArray(on_start_key_prefix) + "greeting";
    CoreHarness h;
    h.attach();
    h.submit(withKey(prompt(), key));
    h.succeed();
    h.advance(48h);
    QCOMPARE(h.receipt(h.submit(withKey(prompt(), key)))->verdict, Received::Deduplicated);
    h.crash();
    h.advance(48h);
    QCOMPARE(h.receipt(h.submit(withKey(prompt(), key)))->verdict, Received::Deduplicated);
}

void KeysTest::expiredKeysAreForgottenInPassing()
{
    HarnessOptions options;
    options.settings.keyRetention = 10s;
    options.apply = Answers::AtOnce;
    CoreHarness h(std::move(options));
    h.attach();
    // The key comes back after its time, and its new owner is not forgotten with the old one.
    h.submit(withKey(prompt("a"), "k"));
    h.advance(11s);
    const Submitted newer = h.submit(withKey(prompt("b"), "k"));
    QVERIFY(h.receipt(newer)->accepted());
    h.submit(withKey(prompt(), "other"));
    QCOMPARE(h.receipt(h.submit(withKey(prompt("b"), "k")))->existing, newer.input);
}

void KeysTest::aLateAnswerToAnEarlierQuestionIsNotTaken()
{
    CoreHarness h(keysLater({ended(withKey(prompt(), "x"))}));
    const Submitted waiting = h.submit(withKey(prompt(), "k"));
    h.feed(KeysLoaded{0, std::vector<RetainedKey>{}, h.wallNow()});
    QVERIFY(h.receipt(waiting) == nullptr);
    h.keysLoaded();
    QVERIFY(h.receipt(waiting)->accepted());
}

QTEST_APPLESS_MAIN(KeysTest)
#include "keys_test.moc"
