// SPDX-License-Identifier: Apache-2.0
// Reading a whole table in one step: the same rows as step by step, and the same errors.
#include "store/sqlite_database.h"
#include "store/sqlite_schema.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sqlite3.h>

namespace burrow::test {

namespace {

/// A row as text, for comparing: the type of each column, and what it holds.
template <typename Row>
QByteArray written(const Row &row)
{
    QByteArray text = QByteArray::number(row.integerAt(0));
    for (int column : {1, 2}) {
        text += ' ' + QByteArray::number(row.type(column)) + ':';
        if (row.type(column) != SQLITE_NULL)
            text += row.bytesAt(column).toByteArray().toHex();
    }
    return text;
}

constexpr const char *select = "SELECT k,v,t FROM t";

} // namespace

class FoldTest : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    SqliteDatabase open(SqliteAccess access = SqliteAccess::ReadWrite)
    {
        auto database = SqliteDatabase::open(m_folder.filePath(QStringLiteral("fold.db")), access);
        if (!database)
            qFatal("%s", qPrintable(database.error().message));
        return *std::move(database);
    }
    static QByteArrayList folded(SqliteDatabase &database)
    {
        QByteArrayList rows;
        const Result<void> read =
            database.fold(select, [&rows](const SqliteArguments &row) { rows.append(written(row)); });
        if (!read)
            rows.append(read.error().message.toUtf8());
        return rows;
    }
    static QByteArrayList stepped(SqliteDatabase &database)
    {
        QByteArrayList rows;
        auto statement = database.prepare(select);
        while (statement && statement->step() == SQLITE_ROW)
            rows.append(written(*statement));
        return rows;
    }

private Q_SLOTS:
    void init()
    {
        SqliteDatabase database = open();
        QVERIFY(
            database.execute("DROP TABLE IF EXISTS t; CREATE TABLE t(k INTEGER PRIMARY KEY, v BLOB, t TEXT)"));
    }

    void anEmptyTableHasNoRows()
    {
        SqliteDatabase database = open();
        QCOMPARE(folded(database), QByteArrayList());
    }

    void rowsAreThoseOfStepsInTheirOrder()
    {
        SqliteDatabase database = open();
        QVERIFY(database.execute("INSERT INTO t VALUES(3,x'00ff',NULL),(-7,NULL,'words'),(9,x'',''),"
                                 "(1,zeroblob(20000),'long')"));
        const QByteArrayList rows = folded(database);
        QCOMPARE(rows.size(), 4);
        QCOMPARE(rows, stepped(database));
        QCOMPARE(rows.first().left(3), QByteArray("-7 "));
        QCOMPARE(folded(database), rows); // Again, for it leaves nothing behind.
    }

    void readersAndOpenStatementsChangeNothing()
    {
        {
            SqliteDatabase database = open();
            QVERIFY(database.execute("INSERT INTO t VALUES(1,x'01','a'),(2,NULL,'b')"));
        }
        auto reader = openReader(m_folder.filePath(QStringLiteral("fold.db")));
        QVERIFY(reader.ok());
        auto statement = reader->prepare(select);
        QVERIFY(statement.ok());
        QCOMPARE(statement->step(), SQLITE_ROW);
        const QByteArrayList rows = folded(*reader);
        QCOMPARE(rows.size(), 2);
        QCOMPARE(folded(*reader), rows);
        QCOMPARE(statement->step(), SQLITE_ROW);
        QCOMPARE(statement->integerAt(0), 2);
        QCOMPARE(statement->step(), SQLITE_DONE);
    }

    void aTableThatIsMissingIsAnError()
    {
        SqliteDatabase database = open();
        const Result<void> read = database.fold("SELECT a FROM nowhere", [](const SqliteArguments &) {});
        QVERIFY(!read);
        QVERIFY2(read.error().message.contains(QStringLiteral("nowhere")), qPrintable(read.error().message));
    }

    void damageIsAnErrorBehindTheRowsBeforeIt()
    {
        {
            SqliteDatabase database = open();
            QVERIFY(
                database.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<2000)"
                                 "INSERT INTO t SELECT i,zeroblob(100),'x' FROM n"));
        }
        QFile file(m_folder.filePath(QStringLiteral("fold.db")));
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.seek(file.size() - 4'096) && file.write(QByteArray(4'096, '\x7f')) == 4'096);
        file.close();
        SqliteDatabase database = open(SqliteAccess::ReadOnly);
        int rows = 0;
        const Result<void> read = database.fold(select, [&rows](const SqliteArguments &) { ++rows; });
        QVERIFY(!read);
        QCOMPARE(read.error().kind, ErrorKind::Io);
        QVERIFY(rows > 0 && rows < 2'000);
        QVERIFY(QFile::remove(file.fileName()));
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::FoldTest)
#include "fold_test.moc"
