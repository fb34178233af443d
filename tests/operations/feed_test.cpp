// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "operations/completion_feed.h"

#include <QTest>

using namespace burrow;

namespace {

FeedEntry entry(quint64 sequence, OperationKind kind = OperationKind::BackgroundTool)
{
    return {sequence, OperationId{Uuid{7, sequence}}, kind, OperationStatus::Completed};
}

} // namespace

/// What is read of the ends, how far, and whether it wakes.
class FeedTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cursorsOnlyRiseAndStayWithinTheFeed()
    {
        CompletionFeed feed;
        feed.append(entry(3));
        feed.append(entry(5));
        feed.advance(FeedCursor::AgentApplied, 4);
        feed.advance(FeedCursor::AgentApplied, 2);
        QCOMPARE(feed.cursor(FeedCursor::AgentApplied), quint64(4));
        feed.advance(FeedCursor::AgentApplied, 99);
        QCOMPARE(feed.cursor(FeedCursor::AgentApplied), quint64(5));
        QCOMPARE(feed.cursor(FeedCursor::RuntimeObserved), quint64(0));
        QCOMPARE(feed.since(3), std::vector<FeedEntry>{entry(5)});
    }

    void onlyABackgroundToolWakes()
    {
        CompletionFeed feed;
        QCOMPARE(feed.look(), FeedLook::Nothing);
        feed.append(entry(1, OperationKind::MobMemberChild));
        QCOMPARE(feed.look(), FeedLook::Ignorable);
        feed.append(entry(2));
        QCOMPARE(feed.look(), FeedLook::Wake);
        feed.advance(FeedCursor::RuntimeInjected, 2);
        QCOMPARE(feed.look(), FeedLook::Ignorable);
        feed.advance(FeedCursor::RuntimeObserved, 2);
        QCOMPARE(feed.look(), FeedLook::Nothing);
    }

    void aLoopBeginsWhereThereWasSomethingSubmittedFor()
    {
        CompletionFeed feed = CompletionFeed::restored(
            {.feed = {entry(1), entry(2), entry(3)}, .cursors = {0, 0, 2}, .newestWake = 3});
        feed.seed();
        QCOMPARE(feed.cursor(FeedCursor::RuntimeObserved), quint64(2));
        QCOMPARE(feed.look(), FeedLook::Wake);
    }

    void zeroCursorsSkipNothing()
    {
        CompletionFeed feed = CompletionFeed::restored({.feed = {entry(1)}, .newestWake = 1});
        feed.seed();
        QCOMPARE(feed.look(), FeedLook::Wake);
    }

    void aWakeOutlivesItsEntry()
    {
        CompletionFeed feed;
        feed.append(entry(1));
        for (quint64 at = 2; at <= limits::operation_feed_max + 1; ++at)
            feed.append(entry(at, OperationKind::MobMemberChild));
        QCOMPARE(feed.entries().size(), limits::operation_feed_max);
        QCOMPARE(feed.since(0).front().sequence, quint64(2));
        QCOMPARE(feed.look(), FeedLook::Wake);
        // Also the process in which it was told.
        const CompletionFeed back = CompletionFeed::restored(
            {.feed = {feed.entries().begin(), feed.entries().end()}, .newestWake = feed.newestWake()});
        QCOMPARE(back.look(), FeedLook::Wake);
    }
};

QTEST_APPLESS_MAIN(FeedTest)
#include "feed_test.moc"
