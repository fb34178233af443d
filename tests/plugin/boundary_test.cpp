// SPDX-License-Identifier: Apache-2.0
#include "puppet_box.h"
#include "wait.h"

#include "plugin/abi_text.h"

#include <burrow/ext/boundary.h>

#include <QtTest>

#include <atomic>

/// burrow.boundary/1, the executor's part: context goes into the run that is open and comes back out, and a
/// plugin that does not keep its word about it harms nobody.
namespace burrow::test {

namespace {

/// What the plugin was handed, copied; and what it does.
struct Stagings
{
    std::mutex mutex;
    std::vector<burrow_token> tokens;
    QByteArrayList runs;
    QByteArrayList texts;
    QByteArrayList keys;
    QByteArrayList discarded;
    std::atomic<qint32> answer{BURROW_OK};
    std::atomic<qint32> discardAnswer{BURROW_OK};
    Signal staged;
    Signal takenBack;
};
Stagings *stagings = nullptr; // Of the test that runs; tables of the ABI are static.

int32_t stageForTest(void *, const burrow_stage_request *request, burrow_token token)
{
    {
        const std::lock_guard lock(stagings->mutex);
        stagings->tokens.push_back(token);
        stagings->runs.push_back(copyOf(request->run_id));
        for (uint64_t at = 0; at < request->context_appends.count; ++at) {
            const burrow_append &append = *BURROW_AT(burrow_append, request->context_appends, at);
            stagings->texts.push_back(copyOf(append.text));
            stagings->keys.push_back(copyOf(append.key));
        }
    }
    stagings->staged.raise();
    return stagings->answer;
}

int32_t discardForTest(void *, const burrow_discard_request *request)
{
    {
        const std::lock_guard lock(stagings->mutex);
        for (uint64_t at = 0; at < request->keys.count; ++at)
            stagings->discarded.push_back(copyOf(*BURROW_AT(burrow_text, request->keys, at)));
    }
    stagings->takenBack.raise();
    return stagings->discardAnswer;
}

const burrow_boundary_executor stagingTable = {sizeof(burrow_boundary_executor), 0, &stageForTest,
                                               &discardForTest};
const burrow_boundary_executor tornTable = {sizeof(burrow_boundary_executor), 0, &stageForTest, nullptr};

/// A puppet with one run open.
class OpenRun
{
public:
    explicit OpenRun(const burrow_boundary_executor *table, Duration answerMax = call_patience)
    {
        stagings = &seen;
        stage.strings.getExtension = [table](void *, const burrow_text *id) -> const void * {
            return copyOf(*id) == BURROW_EXT_BOUNDARY ? table : nullptr;
        };
        stage.strings.apply = [this](void *, const burrow_apply_request *, burrow_token given) {
            token = given;
            begun.raise();
            return BURROW_OK;
        };
        stage.options.answerMax = answerMax;
    }
    ~OpenRun() { executor.reset(); }
    Q_DISABLE_COPY_MOVE(OpenRun)

    bool begin()
    {
        if (!stage.start().isEmpty())
            return false;
        executor = stage.make(probe);
        executor->apply(PuppetStage::call(run));
        return begun.wait();
    }
    void stageText(const QByteArray &text)
    {
        executor->stageContext({run, input, {{AppendRole::User, "key of " + text, text, {}}}});
    }
    int32_t complete(const burrow_completion &completion)
    {
        return stage.strings.host->complete(stage.strings.host->ctx, seen.tokens.back(), &completion);
    }

    Stagings seen;
    PuppetStage stage;
    ListenerProbe probe;
    Signal begun;
    std::atomic<burrow_token> token{0};
    const RunId run = PuppetStage::freshRun();
    const InputId input{Uuid{7, 7}};
    std::unique_ptr<Executor> executor;
};

} // namespace

class BoundaryExtensionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void contextGoesInAndTheSnapshotComesBack();
    void aRefusalIsTheAnswer();
    void aPluginWithoutTheExtensionAnswersAtOnce();
    void aTornTableCountsAsNone();
    void aMalformedCompletionIsAnError();
    void whatIsNotAnsweredInTimeIsTakenBack();
    void aRunThatIsOverTakesNothing();
    void contextIsTakenBackByItsKeys();
};

void BoundaryExtensionTest::contextGoesInAndTheSnapshotComesBack()
{
    OpenRun open(&stagingTable);
    QVERIFY(open.begin());
    open.stageText("to the left");
    QVERIFY(open.seen.staged.wait());
    QCOMPARE(open.seen.runs, QByteArrayList{open.run.toText()});
    QCOMPARE(open.seen.texts, QByteArrayList{"to the left"});
    QCOMPARE(open.seen.keys, QByteArrayList{"key of to the left"});
    const burrow_bytes snapshot = {"state", 5};
    burrow_apply_result result = {};
    result.struct_size = sizeof result;
    result.terminal = BURROW_TERMINAL_NONE;
    result.snapshot = &snapshot;
    burrow_completion completion = {};
    completion.struct_size = sizeof completion;
    completion.apply = &result;
    QCOMPARE(open.complete(completion), BURROW_OK);
    const Result<StagedContext> staged = open.probe.waitStaged();
    QVERIFY(staged.ok());
    QCOMPARE(*staged->snapshot, QByteArray("state"));
    QCOMPARE(open.complete(completion), BURROW_STALE);
    // The next one gets a token of its own, and one without a result has nothing to store.
    open.stageText("again");
    QVERIFY(open.seen.staged.wait(2));
    completion.apply = nullptr;
    QCOMPARE(open.complete(completion), BURROW_OK);
    QVERIFY(!open.probe.waitStaged()->snapshot);
    open.stage.completeRun(open.token);
    open.probe.waitFinished(open.run);
}

void BoundaryExtensionTest::aRefusalIsTheAnswer()
{
    OpenRun open(&stagingTable);
    open.seen.answer = BURROW_STALE;
    QVERIFY(open.begin());
    open.stageText("late");
    QVERIFY(open.probe.waitStaged().error().message.contains(QStringLiteral("refused it")));
    open.stage.completeRun(open.token);
    open.probe.waitFinished(open.run);
}

void BoundaryExtensionTest::aPluginWithoutTheExtensionAnswersAtOnce()
{
    OpenRun open(nullptr);
    QVERIFY(open.begin());
    open.stageText("nobody takes it");
    QVERIFY(open.probe.waitStaged().error().message.contains(QStringLiteral("burrow.boundary/1")));
    open.executor->discardContext(open.run, {"key"}); // Nothing.
    open.stage.completeRun(open.token);
    open.probe.waitFinished(open.run);
}

void BoundaryExtensionTest::aTornTableCountsAsNone()
{
    OpenRun open(&tornTable);
    QVERIFY(open.begin());
    QVERIFY(open.probe.waitMisbehaved().contains(QStringLiteral("without the required discard")));
    open.stageText("nobody takes it");
    QVERIFY(!open.probe.waitStaged().ok());
    open.stage.completeRun(open.token);
    open.probe.waitFinished(open.run);
}

void BoundaryExtensionTest::aMalformedCompletionIsAnError()
{
    OpenRun open(&stagingTable);
    QVERIFY(open.begin());
    open.stageText("text");
    QVERIFY(open.seen.staged.wait());
    burrow_apply_result result = {};
    result.struct_size = sizeof result;
    result.terminal = BURROW_TERMINAL_RESULT; // No run ends here.
    burrow_completion completion = {};
    completion.struct_size = sizeof completion;
    completion.apply = &result;
    QCOMPARE(open.complete(completion), BURROW_INVALID);
    QVERIFY(open.probe.waitStaged().error().message.contains(QStringLiteral("malformed")));
    open.stage.completeRun(open.token);
    open.probe.waitFinished(open.run);
}

void BoundaryExtensionTest::whatIsNotAnsweredInTimeIsTakenBack()
{
    OpenRun open(&stagingTable, std::chrono::seconds(2));
    QVERIFY(open.begin());
    open.stageText("text");
    QVERIFY(open.seen.staged.wait());
    QVERIFY(open.probe.waitStaged().error().message.contains(QStringLiteral("not answered stage in time")));
    QVERIFY(open.seen.takenBack.wait());
    QCOMPARE(open.seen.discarded, QByteArrayList{"key of text"});
    // As long as the answer is owed nothing else is staged: nobody would know which of the two it is about.
    open.stageText("too early");
    QVERIFY(open.probe.waitStaged().error().message.contains(QStringLiteral("still owes the answer")));
    QCOMPARE(open.seen.texts, QByteArrayList{"text"});
    // The run goes on, and the late answer touches nothing.
    burrow_completion completion = {};
    completion.struct_size = sizeof completion;
    QCOMPARE(open.complete(completion), BURROW_STALE);
    open.stageText("after it");
    QVERIFY(open.seen.staged.wait(2));
    open.complete(completion);
    const Result<StagedContext> last = open.probe.waitStaged();
    // A busy machine may have been too slow for this one as well.
    QVERIFY(last.ok() || last.error().message.contains(QStringLiteral("in time")));
    open.stage.completeRun(open.token, "done");
    QVERIFY(std::holds_alternative<RunOutput>(open.probe.waitFinished(open.run)));
}

void BoundaryExtensionTest::aRunThatIsOverTakesNothing()
{
    OpenRun open(&stagingTable);
    QVERIFY(open.begin());
    open.stage.completeRun(open.token);
    open.probe.waitFinished(open.run);
    open.stageText("late");
    QVERIFY(open.probe.waitStaged().error().message.contains(QStringLiteral("no run open")));
    QVERIFY(open.seen.texts.isEmpty());
}

void BoundaryExtensionTest::contextIsTakenBackByItsKeys()
{
    OpenRun open(&stagingTable);
    open.seen.discardAnswer = BURROW_INTERNAL;
    QVERIFY(open.begin());
    open.executor->discardContext(open.run, {"a", "b"});
    QVERIFY(open.seen.takenBack.wait());
    QCOMPARE(open.seen.discarded, (QByteArrayList{"a", "b"}));
    QVERIFY(open.probe.waitMisbehaved().contains(QStringLiteral("did not take staged context back")));
    open.executor->discardContext(PuppetStage::freshRun(), {"of another run"});
    open.stage.completeRun(open.token);
    open.probe.waitFinished(open.run);
    QCOMPARE(open.seen.discarded.size(), 2);
}

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::BoundaryExtensionTest)
#include "boundary_test.moc"
