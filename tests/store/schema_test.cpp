// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite_schema.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

namespace burrow::test {

class SchemaTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

    QString fresh() const { return m_folder.filePath(QString::fromLatin1(QTest::currentTestFunction())); }
    static SqliteDatabase opened(const QString &path)
    {
        Result<SqliteDatabase> database = SqliteDatabase::open(path, SqliteAccess::ReadWrite);
        return database ? std::move(*database) : SqliteDatabase();
    }

private Q_SLOTS:
    void aNewFileIsEmptyAndBecomesAStore()
    {
        SqliteDatabase database = opened(fresh());
        QCOMPARE(*inspectStoreFile(database, fresh()), FileKind::Empty);
        QVERIFY(prepareWriter(database).ok());
        QVERIFY(createSchema(database).ok());
        QCOMPARE(*inspectStoreFile(database, fresh()), FileKind::Current);
        QCOMPARE(*database.integerOf("PRAGMA secure_delete"), 0);
        QCOMPARE(*database.integerOf("PRAGMA synchronous"), 2);
        QCOMPARE(*database.integerOf("PRAGMA wal_autocheckpoint"), 0);
    }

    void aFileOfAnotherProgramIsRefused()
    {
        SqliteDatabase database = opened(fresh());
        QVERIFY(database.execute("CREATE TABLE theirs(a)").ok());
        const Result<FileKind> kind = inspectStoreFile(database, fresh());
        QVERIFY(!kind.ok());
        QCOMPARE(kind.error().kind, ErrorKind::Conflict);
        QVERIFY(kind.error().message.contains(QStringLiteral("another program")));
    }

    void aFileOfANewerVersionIsRefused()
    {
        SqliteDatabase database = opened(fresh());
        QVERIFY(createSchema(database).ok());
        QVERIFY(database.execute("PRAGMA user_version=3").ok());
        const Result<FileKind> kind = inspectStoreFile(database, fresh());
        QVERIFY(!kind.ok());
        QVERIFY(kind.error().message.contains(QStringLiteral("newer")));
    }

    void aVersionThatNeverWasIsRefused()
    {
        SqliteDatabase database = opened(fresh());
        QVERIFY(createSchema(database).ok());
        QVERIFY(database.execute("PRAGMA user_version=0").ok());
        const Result<FileKind> kind = inspectStoreFile(database, fresh());
        QVERIFY(!kind.ok());
        QVERIFY(kind.error().message.contains(QStringLiteral("never released")));
    }

    void aFileThatIsNoDatabaseIsRefused()
    {
        QFile file(fresh());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(8'192, 'x'));
        file.close();
        SqliteDatabase database = opened(fresh());
        const Result<FileKind> kind = inspectStoreFile(database, fresh());
        QVERIFY(!kind.ok());
        QVERIFY2(kind.error().message.contains(QStringLiteral("no database")),
                 qPrintable(kind.error().message));
    }
};

} // namespace burrow::test

QTEST_APPLESS_MAIN(burrow::test::SchemaTest)
#include "schema_test.moc"
