// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QtTest>

namespace {

// A session whose executor logs and then fails, with everything a line of its log could break.
QByteArray talkative(const QByteArray &logging)
{
    return "version: 1\n" + logging
           + "\nexecutors:\n"
             "  mouth:\n"
             "    plugin: scripted\n"
             "    config:\n"
             "      directives: false\n"
             "      repeat: last\n"
             "      script:\n"
             "        - { log: \"first\\nsecond \\\"quoted\\\"\\a\\e[31m\", answer: done }\n"
             "        - { log: third, state: true, snapshot: s3cret-in-the-configuration,"
             " error: { message: it broke, cause: runtime_turn } }\n"
             "sessions:\n"
             "  bird: { executor: mouth, on_start: [ s3cret-in-the-input, again ], retry: { backoff: 1ms } }\n";
}

const QStringList untilIdle{"run", "talkative.yaml", "--until-idle"};

/// Each line as an object; an empty list when any line is none.
QList<QJsonObject> recordsOf(const QByteArray &log)
{
    QList<QJsonObject> records;
    QByteArrayList lines = log.split('\n');
    if (lines.takeLast() != "")
        return {};
    for (const QByteArray &line : lines) {
        const QJsonDocument document = QJsonDocument::fromJson(line);
        if (!document.isObject()) {
            qWarning("not an object: %s", line.constData());
            return {};
        }
        records.append(document.object());
    }
    return records;
}

QList<QJsonObject> of(const QList<QJsonObject> &records, const QString &category)
{
    QList<QJsonObject> chosen;
    std::copy_if(records.begin(), records.end(), std::back_inserter(chosen),
                 [&](const QJsonObject &record) { return record.value("category") == category; });
    return chosen;
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class LoggingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pluginsAreHeardWithSessionAndRun();
    void everythingOnStderrIsJsonWhenTheLogIs_data();
    void everythingOnStderrIsJsonWhenTheLogIs();
    void secretsStayOutOfTheLog();
    void theLevelDecidesWhatIsLogged_data();
    void theLevelDecidesWhatIsLogged();
    void theCommandLineWinsOverTheFile();
    void aFileTakesTheLogAndLeavesStderrToPeople();
    void aFileThatCannotBeOpenedIsSaidBeforeAnythingRuns();
    void aFullDiskDoesNotHarmTheRun();
    void messagesOfQtComeTheSameWay();
    void theJournalGetsItsPriorities();
};

void LoggingTest::pluginsAreHeardWithSessionAndRun()
{
    Program program;
    program.write("talkative.yaml", talkative("logging: { format: json }"));
    const Finished finished = program.run(untilIdle);
    QCOMPARE(finished.exitCode, 3);
    const QList<QJsonObject> records = of(recordsOf(finished.err), "burrow.plugin");
    QVERIFY2(records.size() >= 2, finished.err.constData());
    const QJsonObject &first = records.at(0);
    QCOMPARE(first.value("session").toString(), QStringLiteral("bird"));
    QCOMPARE(first.value("plugin").toString(), QStringLiteral("scripted"));
    QCOMPARE(first.value("level").toString(), QStringLiteral("info"));
    QVERIFY(first.value("run").toString().size() == 36);
    QVERIFY(first.value("run") != records.at(1).value("run"));
    QVERIFY(first.value("message").toString().startsWith("first second \"quoted\""));
    static const QRegularExpression time(
        QStringLiteral("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$"));
    QVERIFY(time.match(first.value("time").toString()).hasMatch());
}

void LoggingTest::everythingOnStderrIsJsonWhenTheLogIs_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<int>("exitCode");
    QTest::newRow("a run with failures") << talkative("") << 3;
    QTest::newRow("findings") << QByteArray("version: 1\nsessions: { a: { executor: nobody, colour: red } }\n")
                              << 78;
    QTest::newRow("a syntax error") << QByteArray("version: [1\n") << 78;
    QTest::newRow("a plugin that is not there")
        << QByteArray("version: 1\nexecutors: { x: { plugin: nothing } }\nsessions: { a: { executor: x } }\n")
        << 78;
}

void LoggingTest::everythingOnStderrIsJsonWhenTheLogIs()
{
    QFETCH(const QByteArray, file);
    QFETCH(const int, exitCode);
    Program program;
    program.write("talkative.yaml", file);
    const Finished finished = program.run(untilIdle + QStringList{"--log-format=json", "--log-level=debug"});
    QCOMPARE(finished.exitCode, exitCode);
    const QList<QJsonObject> records = recordsOf(finished.err);
    QVERIFY(!records.isEmpty());
    for (const QJsonObject &record : records) {
        for (const char *field : {"time", "level", "category", "message"})
            QVERIFY2(record.value(field).isString(), qPrintable(QString::fromLatin1(field)));
    }
}

void LoggingTest::secretsStayOutOfTheLog()
{
    Program program;
    program.write("talkative.yaml", talkative("logging: { level: debug }"));
    const Finished finished = program.run(untilIdle);
    QVERIFY2(finished.err.contains("burrow.session session=bird"), finished.err.constData());
    QVERIFY2(!finished.err.contains("s3cret"), finished.err.constData());
}

void LoggingTest::theLevelDecidesWhatIsLogged_data()
{
    QTest::addColumn<QByteArray>("logging");
    QTest::addColumn<bool>("plugin");  // What it said, as information.
    QTest::addColumn<bool>("session"); // The steps of its inputs, for those who look for a fault.
    QTest::newRow("nothing said, and people watch") << QByteArray() << false << false;
    QTest::newRow("info") << QByteArray("logging: { level: info }") << true << false;
    QTest::newRow("debug") << QByteArray("logging: { level: debug }") << true << true;
    QTest::newRow("warning") << QByteArray("logging: { level: warning }") << false << false;
    QTest::newRow("one category down")
        << QByteArray("logging: { level: debug, categories: { burrow.plugin: error } }") << false << true;
    QTest::newRow("one category up") << QByteArray("logging: { categories: { burrow.plugin: debug } }") << true
                                     << false;
}

void LoggingTest::theLevelDecidesWhatIsLogged()
{
    QFETCH(const QByteArray, logging);
    QFETCH(const bool, plugin);
    QFETCH(const bool, session);
    Program program;
    program.write("talkative.yaml", talkative(logging));
    const Finished finished = program.run(untilIdle);
    QCOMPARE(finished.err.contains("burrow.plugin session=bird run="), plugin);
    QCOMPARE(finished.err.contains("input.accepted"), session);
}

void LoggingTest::theCommandLineWinsOverTheFile()
{
    Program program;
    program.write("talkative.yaml", talkative("logging: { level: debug, format: json }"));
    const Finished finished =
        program.run(untilIdle + QStringList{"--log-level", "error", "--log-format", "text"});
    QVERIFY2(!finished.err.contains("burrow.session") && !finished.err.contains('{'), finished.err.constData());
    const Finished wrong = program.again().run(untilIdle + QStringList{"--log-level", "warn"});
    QCOMPARE(wrong.exitCode, 2);
    QVERIFY2(wrong.err.contains(
                 "--log-level is debug, info, warning or error, not \"warn\". Did you mean \"warning\"?"),
             wrong.err.constData());
}

void LoggingTest::aFileTakesTheLogAndLeavesStderrToPeople()
{
    Program program;
    program.write("talkative.yaml",
                  talkative("logging: { file: logs/burrow.log, format: json }\nhost: { data_dir: state }"));
    const Finished finished = program.run(untilIdle);
    QCOMPARE(finished.exitCode, 3);
    QVERIFY2(finished.err.startsWith("burrow: bird: "), finished.err.constData());
    const QString log = program.path(QStringLiteral("state/logs/burrow.log"));
    const QList<QJsonObject> records = recordsOf(contentOf(log));
    QVERIFY(!of(records, "burrow.plugin").isEmpty());
    for (const char *category : {"burrow.host", "burrow.store", "burrow.config"})
        QVERIFY2(!of(records, QLatin1String(category)).isEmpty(), category);
    QCOMPARE(QFileInfo(log).permissions() & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());

    program.again().run(untilIdle);
    QVERIFY(recordsOf(contentOf(log)).size() > records.size()); // Appended to.
}

void LoggingTest::aFileThatCannotBeOpenedIsSaidBeforeAnythingRuns()
{
    Program program;
    program.write("talkative.yaml", talkative("logging: { file: /proc/nowhere/burrow.log }"));
    const Finished finished = program.run(untilIdle + QStringList{"--json"});
    QCOMPARE(finished.exitCode, 78);
    QVERIFY2(finished.err.contains(
                 "/proc/nowhere/burrow.log (logging.file, talkative.yaml:2:18) cannot be opened: "),
             finished.err.constData());
    QCOMPARE(finished.json().value("exit_code").toInt(), 78);
    QVERIFY(!QFileInfo::exists(program.path(QStringLiteral(".local/state/burrow/burrow.db"))));
}

void LoggingTest::aFullDiskDoesNotHarmTheRun()
{
    Program program;
    program.write("talkative.yaml", talkative("logging: { file: /dev/full, level: debug }"));
    const Finished finished = program.run(untilIdle);
    QCOMPARE(finished.exitCode, 3);
    QVERIFY2(finished.out.startsWith("bird │ done\n"), finished.out.constData());
    QCOMPARE(finished.err.count("the log file cannot be written"), 1);
}

void LoggingTest::messagesOfQtComeTheSameWay()
{
    Program program;
    program.write("talkative.yaml", talkative(""));
    // Qt's own reader of rules then tells what it reads, first of all while the program starts.
    program.setEnvironment(QStringLiteral("QT_LOGGING_DEBUG"), QStringLiteral("1"));
    const Finished finished = program.run(untilIdle + QStringList{"--log-format", "json"});
    const qsizetype json = finished.err.indexOf("\n{");
    QVERIFY(json > 0);
    QVERIFY2(finished.err.left(json).contains("Z debug qt.core.logging: "), finished.err.constData());
    const QList<QJsonObject> records = recordsOf(finished.err.mid(json + 1));
    QVERIFY2(!of(records, "qt.core.logging").isEmpty(), finished.err.constData());
}

void LoggingTest::theJournalGetsItsPriorities()
{
    Program program;
    program.write("talkative.yaml", talkative(""));
    // Systemd names the device and the file of stderr; a shell finds out what it handed on.
    const QString script = QStringLiteral("JOURNAL_STREAM=$(stat -L -c %d:%i /dev/fd/2) exec \"$@\"");
    program.startInShell(script, untilIdle);
    program.feed({}, Program::Stdin::Close);
    const Finished finished = program.finish();
    QVERIFY2(finished.err.contains("<6>info burrow.plugin session=bird run="), finished.err.constData());
}

QTEST_GUILESS_MAIN(LoggingTest)
#include "logging_test.moc"
