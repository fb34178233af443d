// SPDX-License-Identifier: Apache-2.0
#include "compose/log_record.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTest>

using namespace burrow;

namespace {

LogRecord record(const QString &message)
{
    return {.at = WallTime{std::chrono::milliseconds(1'700'000'000'250)},
            .level = LogLevel::Warning,
            .category = "burrow.plugin",
            .subject = {.session = "bird", .run = "run-1", .plugin = "echo"},
            .message = message};
}

} // namespace

class LogRecordTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void textSaysWhenHowBadWhoAndWhat();
    void textLeavesOutWhomItIsNotAbout();
    void namesThatAreNoWordsAreQuoted();
    void theJournalGetsAPriorityOnEachLine();
    void jsonHasAFieldForEach();
    void aHostileMessageIsOneRecord_data();
    void aHostileMessageIsOneRecord();
    void longMessagesAreCut();
};

void LogRecordTest::textSaysWhenHowBadWhoAndWhat()
{
    QCOMPARE(
        textLines(record(QStringLiteral("it hurts"))),
        QByteArray(
            "2023-11-14T22:13:20.250Z warning burrow.plugin session=bird run=run-1 plugin=echo: it hurts\n"));
}

void LogRecordTest::textLeavesOutWhomItIsNotAbout()
{
    LogRecord about = record(QStringLiteral("x"));
    about.subject = {};
    QCOMPARE(textLines(about), QByteArray("2023-11-14T22:13:20.250Z warning burrow.plugin: x\n"));
    const QJsonObject json = QJsonDocument::fromJson(jsonLine(about)).object();
    QCOMPARE(json.keys(), (QStringList{"category", "level", "message", "time"}));
}

void LogRecordTest::namesThatAreNoWordsAreQuoted()
{
    LogRecord about = record(QStringLiteral("x"));
    about.subject = {.session = "a b=\"c\"\n\x1b"};
    const QByteArray lines = textLines(about);
    QVERIFY2(lines.contains(R"( session="a b=\"c\"\n\x1b": x)"), lines.constData());
    QCOMPARE(lines.count('\n'), 1);
}

void LogRecordTest::theJournalGetsAPriorityOnEachLine()
{
    QCOMPARE(journalLines(record(QStringLiteral("one\ntwo"))),
             QByteArray("<4>warning burrow.plugin session=bird run=run-1 plugin=echo: one\n<4>    two\n"));
}

void LogRecordTest::jsonHasAFieldForEach()
{
    QCOMPARE(jsonLine(record(QStringLiteral("it \"hurts\""))),
             QByteArray(R"({"time":"2023-11-14T22:13:20.250Z","level":"warning","category":"burrow.plugin",)"
                        R"("session":"bird","run":"run-1","plugin":"echo","message":"it \"hurts\""})"
                        "\n"));
}

void LogRecordTest::aHostileMessageIsOneRecord_data()
{
    QTest::addColumn<QString>("message");
    QTest::newRow("lines that look like records")
        << QStringLiteral("x\n{\"level\":\"error\"}\n2023-11-14T22:13:20.250Z error burrow.host: y");
    QTest::newRow("line ends of all kinds") << QStringLiteral("a\r\nb\rc\u2028d\u0085e\vf");
    QTest::newRow("controls") << QString::fromLatin1("\x1b[2J\x07\x08\x00 \x7f\x9b", 9);
    QTest::newRow("half a surrogate pair")
        << QString(QChar(0xd83d)) + QStringLiteral("x") + QString(QChar(0xde00));
    QTest::newRow("what fromUtf8 makes of broken bytes") << QString::fromUtf8("\xff\xfe\xc3(");
    QTest::newRow("quotes and backslashes") << QStringLiteral("\"},{\"\\");
    QTest::newRow("nothing") << QString();
}

void LogRecordTest::aHostileMessageIsOneRecord()
{
    QFETCH(const QString, message);
    const QByteArray json = jsonLine(record(message));
    QCOMPARE(json.count('\n'), 1);
    QCOMPARE(json.count('\r'), 0);
    QJsonParseError error;
    const QJsonObject object = QJsonDocument::fromJson(json, &error).object();
    QCOMPARE(error.error, QJsonParseError::NoError);
    QCOMPARE(object.value("message").toString(), QString::fromUtf8(message.toUtf8()));
    QCOMPARE(object.size(), 7);

    // Of the text only the first line looks like a record, and a terminal obeys nothing of it.
    const QByteArrayList lines = textLines(record(message)).split('\n');
    for (qsizetype at = 1; at < lines.size() - 1; ++at)
        QVERIFY2(lines.at(at).startsWith("    "), lines.at(at).constData());
    for (const QByteArray &line : lines)
        QVERIFY(!QString::fromUtf8(line).contains(
            QRegularExpression(QStringLiteral("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]"))));
}

void LogRecordTest::longMessagesAreCut()
{
    const QByteArray line = jsonLine(record(QString(1'000'000, u'x')));
    QVERIFY(line.size() < 40'000);
    QVERIFY2(line.contains("characters were cut"), line.right(100).constData());
    QVERIFY(!QJsonDocument::fromJson(line).isNull());
}

QTEST_GUILESS_MAIN(LogRecordTest)
#include "log_record_test.moc"
