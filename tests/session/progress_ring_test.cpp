// SPDX-License-Identifier: Apache-2.0
#include "session/progress_ring.h"

#include "base/limits.h"

#include <QTest>

/// What is kept of the words of an executor, and how much.
namespace burrow::test {

namespace {

constexpr RunId run{{1, 1}};

ProgressEvent delta(const QByteArray &text)
{
    return {.type = ProgressType::TextDelta, .run = run, .text = text};
}
ProgressEvent tool(const QByteArray &name)
{
    return {.type = ProgressType::ToolStarted, .run = run, .name = name};
}

QByteArrayList wordsOf(const RecentProgress &recent)
{
    QByteArrayList words;
    for (const RecentProgress::Said &said : recent.said)
        words.push_back(said.event.name + said.event.text);
    return words;
}

} // namespace

class ProgressRingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void piecesOfATextArePutTogether()
    {
        const auto subject = std::make_shared<const RunSubject>(RunSubject{{{Uuid{2, 2}}}, "ticket 7"});
        ProgressRing ring(run, subject);
        ring.take(delta("so "), {std::chrono::milliseconds(5)});
        ring.take(delta("it "), {std::chrono::milliseconds(6)});
        ring.take(tool("search"), {std::chrono::milliseconds(7)});
        QCOMPARE(ring.take(delta("is"), {std::chrono::milliseconds(8)}), 4ULL);
        const RecentProgress recent = ring.recent();
        QCOMPARE(wordsOf(recent), (QByteArrayList{"so it ", "search", "is"}));
        QCOMPARE(recent.run, run);
        QCOMPARE(recent.last, 4ULL);
        QCOMPARE(recent.forgotten, 0ULL);
        QCOMPARE(recent.said[0].at.sinceEpoch.count(), 5);
        for (const RecentProgress::Said &said : recent.said)
            QVERIFY2(said.event.subject == subject, "one for all");
    }

    void aPieceThatIsHandedOnStaysAsItIs()
    {
        ProgressRing ring(run, {});
        const ProgressEvent handedOn = delta("so ");
        ring.take(handedOn, {});
        ring.take(delta("it is"), {});
        QCOMPARE(handedOn.text, QByteArray("so "));
    }

    void theOldestGoWhenThereAreTooMany()
    {
        ProgressRing ring(run, {});
        const std::size_t many = limits::recent_progress_per_session_max + 3;
        for (std::size_t at = 0; at < many; ++at)
            ring.take(tool(QByteArray::number(qulonglong(at))), {});
        const RecentProgress recent = ring.recent();
        QCOMPARE(recent.said.size(), limits::recent_progress_per_session_max);
        QCOMPARE(recent.said.front().event.name, QByteArray("3"));
        QCOMPARE(recent.forgotten, 3ULL);
        QCOMPARE(recent.last, quint64(many));
    }

    void theOldestGoWhenTheyAreTooLarge()
    {
        ProgressRing ring(run, {});
        constexpr quint64 pieces = 10'000;
        for (quint64 at = 0; at < pieces; ++at)
            ring.take(delta("0123456789"), {});
        RecentProgress recent = ring.recent();
        qint64 bytes = 0;
        for (const RecentProgress::Said &said : recent.said)
            bytes += said.event.text.size();
        QVERIFY(bytes <= limits::recent_progress_bytes_per_session_max);
        QVERIFY(bytes >= limits::recent_progress_bytes_per_session_max / 2);
        QCOMPARE(recent.forgotten + quint64(bytes / 10), pieces);
        // One that is larger than all there is room for leaves nothing.
        ring.take(delta(QByteArray(limits::recent_progress_bytes_per_session_max + 1, 'x')), {});
        recent = ring.recent();
        QVERIFY(recent.said.empty());
        QCOMPARE(recent.forgotten, pieces + 1);
        ring.take(delta("y"), {});
        QCOMPARE(wordsOf(ring.recent()), QByteArrayList{"y"});
    }
};

} // namespace burrow::test

QTEST_APPLESS_MAIN(burrow::test::ProgressRingTest)
#include "progress_ring_test.moc"
