// SPDX-License-Identifier: Apache-2.0
// Rows across areas that are asked of a host on its store file.
#include "scenarios.h"

#include "host_rig.h"
#include "store/sqlite_database.h"
#include "store/sqlite_store.h"

#include <QTemporaryDir>

using namespace burrow;
using namespace burrow::test;

namespace {

struct FileOfAHost
{
    FileOfAHost()
    {
        options.path = folder.filePath(QStringLiteral("burrow.db"));
        options.hostName = "a host";
        options.clock = &clock;
        options.reserveBytes = 0;
    }
    std::unique_ptr<SqliteStore> open()
    {
        Result<std::unique_ptr<SqliteStore>> opened = SqliteStore::open(options);
        return opened ? std::move(*opened) : nullptr;
    }
    void execute(const char *sql) const
    {
        Result<SqliteDatabase> database = SqliteDatabase::open(options.path, SqliteAccess::ReadWrite);
        QVERIFY(database.ok());
        QVERIFY(database->execute(sql).ok());
    }

    QTemporaryDir folder;
    SystemClock clock;
    SqliteStoreOptions options;
};

void oneCorruptInputHoldsItsSessionOnly()
{
    FileOfAHost file;
    const QByteArray names[] = {"alpha", "beta", "gamma"};
    {
        const std::unique_ptr<SqliteStore> store = file.open();
        QVERIFY(store);
        HostRig rig({.name = "first", .shards = 2}, *store, file.clock);
        for (const QByteArray &name : names) {
            const SessionId session = rig.open(name);
            const auto receipt =
                resultOf(rig.host().submit(session, promptOf("work"), {.withoutWake = true}).receipt);
            QVERIFY(receipt && receipt->accepted());
        }
    }
    // The first of them, which is alpha's.
    file.execute("UPDATE input SET tries=tries+1 WHERE seq=(SELECT min(seq) FROM input)");
    const std::unique_ptr<SqliteStore> store = file.open();
    QVERIFY(store);
    HostRig rig({.name = "second", .shards = 2}, *store, file.clock);
    for (const QByteArray &name : names)
        rig.open(name);
    QVERIFY(rig.settles());
    const SessionView held = rig.view(rig.host().sessionNamed("alpha"));
    QCOMPARE(held.waitReason, WaitReason::Held);
    QVERIFY2(held.note.contains(QStringLiteral("\"input\"")), qPrintable(held.note));
    QVERIFY2(held.note.contains(QStringLiteral("restore a backup")), qPrintable(held.note));
    for (const char *name : {"beta", "gamma"}) {
        const SessionView ran = rig.view(rig.host().sessionNamed(name));
        QCOMPARE(ran.open, 0U);
        QCOMPARE(ran.tally.consumed, quint64(1));
        QVERIFY(ran.note.isEmpty());
    }
}

const Scenario scenarios[] = {
    {"RX07: a corrupt input holds its session with row and remedy, the others run",
     oneCorruptInputHoldsItsSessionOnly},
};

} // namespace

class RowsRxStoreTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void row_data() { listScenarios(scenarios); }
    void row() { playScenario(scenarios); }
};

QTEST_GUILESS_MAIN(RowsRxStoreTest)
#include "area_rx_store_test.moc"
