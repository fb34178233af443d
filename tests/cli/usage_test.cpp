// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <QJsonArray>
#include <QtTest>

class UsageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refusesWhatItDoesNotUnderstand_data();
    void refusesWhatItDoesNotUnderstand();
    void explainsEveryCommandWithTwoExamples();
    void printsHelpOnStdout_data();
    void printsHelpOnStdout();
    void describesItselfAsOneJsonValue();
    void explainsTheCodeOfAFinding();
    void printsItsVersion();
    void saysNothingElseInAnyLocale_data();
    void saysNothingElseInAnyLocale();
    void failsWhenTheAnswerCannotBeWritten();
};

void UsageTest::refusesWhatItDoesNotUnderstand_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("sentence");
    using List = QStringList;
    QTest::newRow("no command") << List{} << QByteArray("which command?");
    QTest::newRow("unknown command") << List{"rnu"} << QByteArray("no command \"rnu\". Did you mean \"run\"?");
    QTest::newRow("the first word of two mistyped")
        << List{"sesion", "list"} << QByteArray("no command \"sesion\". Did you mean \"session\"?");
    QTest::newRow("the second word of two mistyped")
        << List{"session", "lisst"} << QByteArray("Did you mean \"session list\"?");
    QTest::newRow("far from any command") << List{"xylophone"} << QByteArray("no command \"xylophone\".\n");
    QTest::newRow("unknown option") << List{"check", "a.yaml", "--jsno"}
                                    << QByteArray("\"check\" has no option --jsno. Did you mean \"--json\"?");
    QTest::newRow("option before the command")
        << List{"--json", "version"} << QByteArray("the command comes first");
    QTest::newRow("no file to run") << List{"run"} << QByteArray("\"run\" needs a FILE");
    QTest::newRow("no file to check") << List{"check", "--json"} << QByteArray("\"check\" needs a FILE");
    QTest::newRow("one argument too many")
        << List{"check", "a.yaml", "b.yaml"} << QByteArray("\"b.yaml\" is too much");
    QTest::newRow("argument where none belongs") << List{"version", "now"} << QByteArray("takes no argument");
    QTest::newRow("option without its value") << List{"run", "a.yaml", "--input"} << QByteArray("input");
    QTest::newRow("switch with a value") << List{"check", "a.yaml", "--json=yes"} << QByteArray("json");
    QTest::newRow("option given twice")
        << List{"machine", "--format", "text", "--format", "json"} << QByteArray("takes --format once");
    QTest::newRow("help for nothing known")
        << List{"help", "machin"} << QByteArray("Did you mean \"machine\"?");
}

void UsageTest::refusesWhatItDoesNotUnderstand()
{
    QFETCH(const QStringList, arguments);
    QFETCH(const QByteArray, sentence);
    const Finished finished = Program().run(arguments);
    QCOMPARE(finished.exitCode, 2);
    QCOMPARE(finished.out, QByteArray());
    QVERIFY2(finished.err.startsWith("burrow: "), finished.err.constData());
    QVERIFY2(finished.err.contains(sentence), finished.err.constData());
}

void UsageTest::explainsEveryCommandWithTwoExamples()
{
    for (const QString &command : commandNames()) {
        const Finished finished = Program().run(command.split(' ') + QStringList{"--help"});
        QCOMPARE(finished.exitCode, 0);
        QCOMPARE(finished.err, QByteArray());
        QVERIFY2(finished.out.startsWith("burrow " + command.toUtf8()), finished.out.constData());
        const qsizetype examples = finished.out.indexOf("\nExamples:\n");
        QVERIFY2(examples > 0, finished.out.constData());
        const QByteArrayList lines = finished.out.mid(examples).split('\n');
        QCOMPARE(
            std::count_if(lines.begin(), lines.end(),
                          [](const QByteArray &line) { return line.startsWith("  ") && line.at(2) != ' '; }),
            2);
    }
}

void UsageTest::printsHelpOnStdout_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("help") << QStringList{"help"};
    QTest::newRow("--help") << QStringList{"--help"};
    QTest::newRow("-h") << QStringList{"-h"};
}

void UsageTest::printsHelpOnStdout()
{
    QFETCH(const QStringList, arguments);
    const Finished finished = Program().run(arguments);
    QCOMPARE(finished.exitCode, 0);
    QCOMPARE(finished.err, QByteArray());
    for (const char *command : {"run", "check", "machine", "version", "help"})
        QVERIFY2(finished.out.contains(QByteArray("\n  ") + command + ' '), finished.out.constData());
}

void UsageTest::describesItselfAsOneJsonValue()
{
    const QJsonObject all = Program().run({"help", "--json"}).json();
    QStringList names;
    for (const QJsonValue &each : all.value("commands").toArray())
        names += each.toObject().value("name").toString();
    for (const char *each : {"run", "check", "config schema", "session show", "plugin why", "version", "help"})
        QVERIFY2(names.contains(QLatin1String(each)), each);
    QCOMPARE(Program().run({"help", "session", "--json"}).json().value("commands").toArray().size(), 2);
    QCOMPARE(Program().run({"help", "session", "show", "--json"}).json().value("name"),
             QJsonValue("session show"));
    const QJsonObject run = Program().run({"help", "run", "--json"}).json();
    QCOMPARE(run.value("name").toString(), QStringLiteral("run"));
    QCOMPARE(run.value("examples").toArray().size(), 2);
}

void UsageTest::explainsTheCodeOfAFinding()
{
    const Finished finished = Program().run({"help", "bur1042"});
    QCOMPARE(finished.exitCode, 0);
    QCOMPARE(finished.out, QByteArray("BUR1042: No such key exists at this place.\n\nWrong:\n"
                                      "  limit: { sessions: 5 }\n\nMended:\n  limits: { sessions: 5 }\n"));
    QCOMPARE(Program().run({"help", "BUR1003", "--json"}).json().value("wrong"),
             QJsonValue("limits:\n\tsessions: 5"));
    const Finished plugin = Program().run({"help", "bur2103"});
    QCOMPARE(plugin.exitCode, 0);
    QVERIFY2(plugin.out.startsWith("BUR2103: ") && plugin.out.contains("\n  fix: update Burrow"),
             plugin.out.constData());
    const QJsonObject json = Program().run({"help", "BUR2121", "--json"}).json();
    QCOMPARE(json.value("word").toString(), QStringLiteral("crashed_in_probe"));
    QVERIFY(!json.value("remedy").toString().isEmpty());
}

void UsageTest::printsItsVersion()
{
    const Finished text = Program().run({"version"});
    QCOMPARE(text.exitCode, 0);
    QVERIFY2(text.out.startsWith("burrow ") && text.out.count('\n') == 1, text.out.constData());
    QCOMPARE(Program().run({"--version"}).out, text.out);
    const QJsonObject json = Program().run({"version", "--json"}).json();
    QCOMPARE("burrow " + json.value("version").toString().toUtf8() + '\n', text.out);
    for (const char *number : {"schema", "sqlite", "qt", "qt_built", "abi"})
        QVERIFY2(json.contains(QLatin1String(number)), number);
    QVERIFY(json.value("abi").toObject().value("max").toInt()
            >= json.value("abi").toObject().value("min").toInt());
    QVERIFY(json.value("sqlite").toString().startsWith("3."));
}

void UsageTest::saysNothingElseInAnyLocale_data()
{
    QTest::addColumn<QString>("locale");
    for (const char *locale : {"C", "POSIX", "C.UTF-8", "xx_XX.ISO-8859-1"})
        QTest::newRow(locale) << QString::fromLatin1(locale);
}

void UsageTest::saysNothingElseInAnyLocale()
{
    QFETCH(const QString, locale);
    Program program;
    program.setEnvironment(QStringLiteral("LC_ALL"), locale);
    const Finished finished = program.run({"version"});
    QCOMPARE(finished.exitCode, 0);
    QCOMPARE(finished.err, QByteArray());
}

void UsageTest::failsWhenTheAnswerCannotBeWritten()
{
    Program program;
    program.startInShell(QStringLiteral("exec \"$@\" > /dev/full"), {"version"});
    const Finished finished = program.finish();
    QCOMPARE(finished.exitCode, 1);
    QVERIFY2(finished.err.contains("stdout"), finished.err.constData());
}

QTEST_GUILESS_MAIN(UsageTest)
#include "usage_test.moc"
