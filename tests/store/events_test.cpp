// SPDX-License-Identifier: Apache-2.0
// A page of the event log while something goes wrong, or on, between any two steps of reading it.
#include "store/store_events.h"

#include "store/sqlite_schema.h"
#include "store_rig.h"

#include <sqlite3.h>

namespace burrow::test {

namespace {

/// Calls `action` once, before the step of that number, while it lives; an action that gives false ends what
/// the connection is doing.
class AtStep
{
public:
    AtStep(SqliteDatabase &database, int step, std::function<bool()> action)
        : m_database(database)
        , m_left(step)
        , m_action(std::move(action))
    {
        sqlite3_progress_handler(
            m_database.handle(), 1,
            [](void *self) {
                auto &at = *static_cast<AtStep *>(self);
                return --at.m_left == 0 && !at.m_action() ? 1 : 0;
            },
            this);
    }
    ~AtStep() { sqlite3_progress_handler(m_database.handle(), 0, nullptr, nullptr); }
    Q_DISABLE_COPY_MOVE(AtStep)

    bool wasReached() const { return m_left <= 0; }

private:
    SqliteDatabase &m_database;
    int m_left;
    std::function<bool()> m_action;
};

/// More than any page here takes.
constexpr int steps_max = 100'000;

QList<quint64> numbersOf(const EventPage &page)
{
    QList<quint64> numbers;
    for (const LoggedEvents &row : page.rows)
        numbers.push_back(row.number);
    return numbers;
}

} // namespace

class EventsTest : public QObject
{
    Q_OBJECT

    StoreRig m_rig;
    SessionId m_alpha;
    std::optional<SqliteDatabase> m_writer;
    std::optional<SqliteDatabase> m_reader;

private Q_SLOTS:
    /// A file whose log has the rows 1 to 6, all of one session, and that no host has open.
    void initTestCase()
    {
        QCOMPARE(m_rig.open(), QString());
        m_alpha = m_rig.session("alpha").id;
        SetBuilder sets(m_alpha);
        for (quint64 number = 1; number <= 6; ++number) {
            WriteSet set = sets.accept(m_rig.input());
            set.events = {{.code = EventCode::InputAccepted}};
            QCOMPARE(m_rig.answerTo(std::move(set)).eventNumber, number);
        }
        m_rig.store.reset();
        Result<SqliteDatabase> writer = SqliteDatabase::open(m_rig.options.path, SqliteAccess::ReadWrite);
        Result<SqliteDatabase> reader = openReader(m_rig.options.path);
        QVERIFY(writer && reader);
        QVERIFY(writer->execute("PRAGMA synchronous=OFF").ok()); // It writes at every step.
        QVERIFY(writer->execute("CREATE TEMP TABLE kept AS SELECT * FROM event WHERE eno<=3").ok());
        m_writer = *std::move(writer);
        m_reader = *std::move(reader);
    }

    void whatCannotBeReadIsAnErrorAndNoOtherPage_data()
    {
        QTest::addColumn<bool>("ofOne");
        QTest::newRow("of all sessions") << false;
        QTest::newRow("of one session") << true;
    }

    void whatCannotBeReadIsAnErrorAndNoOtherPage()
    {
        QFETCH(const bool, ofOne);
        const EventQuery query{.since = {}, .session = ofOne ? m_alpha : SessionId()};
        int errors = 0;
        bool reached = true;
        for (int step = 1; reached && step < steps_max; ++step) {
            {
                const AtStep cut(*m_reader, step, [] { return false; });
                const Result<EventPage> page = readEventPage(*m_reader, query);
                reached = cut.wasReached();
                errors += page.ok() ? 0 : 1;
                if (page.ok()) {
                    QCOMPARE(numbersOf(*page), (QList<quint64>{1, 2, 3, 4, 5, 6}));
                    QCOMPARE(page->next, (EventCursor{m_alpha.uuid, 6}));
                    QVERIFY(page->gaps.empty());
                    for (const LoggedEvents &row : page->rows) {
                        QCOMPARE(row.session, m_alpha);
                        QCOMPARE(row.name, QByteArray("alpha"));
                    }
                }
            }
            m_reader->executeCode("ROLLBACK"); // What was cut may have been the page's own.
        }
        QVERIFY(!reached);
        QVERIFY(errors > 0);
    }

    void rowsThatArePrunedMeanwhileAreThereOrAreToldAsAGap()
    {
        const EventQuery query{.since = {m_alpha.uuid, 1}};
        int pruned = 0;
        bool reached = true;
        for (int step = 1; reached && step < steps_max; ++step) {
            const AtStep prune(*m_reader, step,
                               [this] { return m_writer->execute("DELETE FROM event WHERE eno<=3").ok(); });
            const Result<EventPage> page = readEventPage(*m_reader, query);
            reached = prune.wasReached();
            QVERIFY2(page.ok(), page.ok() ? "" : qPrintable(page.error().message));
            if (page->gaps.empty()) {
                QCOMPARE(numbersOf(*page), (QList<quint64>{2, 3, 4, 5, 6}));
            } else {
                QCOMPARE(page->gaps.front().cause, EventGap::Cause::Forgotten);
                QCOMPARE(numbersOf(*page), (QList<quint64>{4, 5, 6}));
                ++pruned;
            }
            QVERIFY(m_writer->execute("INSERT OR IGNORE INTO event SELECT * FROM kept").ok());
        }
        QVERIFY(!reached);
        QVERIFY2(pruned > 0, "some were pruned before the page began");
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::EventsTest)
#include "events_test.moc"
