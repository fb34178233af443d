// SPDX-License-Identifier: Apache-2.0
// stdout carries the answer and nothing else, whatever makes noise. The commands come from the program's own
// table, so that none is forgotten.
#include "program.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

#include <csignal>

namespace {

const QByteArray pets = R"(version: 1
logging: { level: debug }
plugins: { noisy: { path: ./libnoisy.so } }
executors: { talker: { plugin: noisy } }
sessions:
  bird: { executor: talker, on_start: hello }
)";

/// What stands for an argument that has a meaning of its own; by its name in the table.
QString standIn(const QString &name)
{
    if (name == QLatin1String("DEST"))
        return QStringLiteral("copy.db");
    if (name == QLatin1String("ID"))
        return QStringLiteral("noisy");
    if (name == QLatin1String("ACTION"))
        return QStringLiteral("list");
    if (name == QLatin1String("SESSION TEXT"))
        return QStringLiteral("bird hello");
    return {};
}

/// A word that the command takes for this argument, by what the table says of it; empty: this test has to learn
/// it.
QString wordFor(const QJsonObject &argument)
{
    const QString kind = argument.value("kind").toString();
    if (QString word = standIn(argument.value("name").toString()); !word.isEmpty())
        return word;
    if (kind == QLatin1String("choice"))
        return argument.value("choices").toArray().first().toString();
    if (kind == QLatin1String("session"))
        return QStringLiteral("bird");
    return kind == QLatin1String("file") ? QStringLiteral("pets.yaml") : QString();
}

QJsonArray commands()
{
    return Program().run({"help", "--json"}).json().value("commands").toArray();
}

bool hasOption(const QJsonObject &command, const QString &name)
{
    const QJsonArray options = command.value("options").toArray();
    return std::any_of(options.begin(), options.end(),
                       [&](const QJsonValue &option) { return option.toObject().value("name") == name; });
}

QStringList lineFor(const QJsonObject &command)
{
    QStringList line = command.value("name").toString().split(u' ');
    if (const QJsonObject argument = command.value("argument").toObject();
        argument.value("presence") == QLatin1String("required"))
        line += wordFor(argument);
    for (const auto &[option, value] : {std::pair("config", "pets.yaml"), std::pair("until-idle", "")}) {
        if (!hasOption(command, QLatin1String(option)))
            continue;
        line += QLatin1String("--") + QLatin1String(option);
        if (*value)
            line += QLatin1String(value);
    }
    return line + QStringList{"--json"};
}

/// A folder in which a host has served, with everything set to complain.
class Noisy : public Program
{
public:
    Noisy()
    {
        const QString library = qEnvironmentVariable("BURROW_TEST_BUILD_DIR")
                                + QLatin1String("/tests/fixtures/plugins/libnoisy.so");
        if (!QFile::copy(library, path(QStringLiteral("libnoisy.so"))))
            qFatal("cannot copy %s", qPrintable(library));
        write("pets.yaml", pets);
        setEnvironment(QStringLiteral("QT_LOGGING_RULES"), QStringLiteral("*=true"));
        setEnvironment(QStringLiteral("QT_LOGGING_DEBUG"), QStringLiteral("1"));
        run({"run", "pets.yaml", "--until-idle"});
        again();
    }
};

} // namespace

class PurityTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oneJsonValueAndNothingElse_data();
    void oneJsonValueAndNothingElse();
    void oneJsonObjectALine();
    void noiseOfAPluginGoesToStderr();
};

void PurityTest::oneJsonValueAndNothingElse_data()
{
    QTest::addColumn<QStringList>("line");
    for (const QJsonValue &each : commands()) {
        const QJsonObject command = each.toObject();
        if (hasOption(command, QStringLiteral("json")))
            QTest::newRow(qPrintable(command.value("name").toString())) << lineFor(command);
    }
}

void PurityTest::oneJsonValueAndNothingElse()
{
    QFETCH(const QStringList, line);
    QVERIFY2(!line.contains(QString()),
             "the argument of this command is new here: give it a word in standIn()");
    Noisy program;
    const Finished finished = program.run(line);
    // Two is a line that was not understood: then nothing has been looked at.
    QVERIFY2(finished.exitCode != 2 && finished.exitCode != -1, finished.err.constData());
    QJsonParseError error;
    QJsonDocument::fromJson(finished.out, &error);
    QVERIFY2(error.error == QJsonParseError::NoError, finished.out.constData());
    QVERIFY2(finished.err.contains("qt.core.logging"), "nothing made any noise");
}

void PurityTest::oneJsonObjectALine()
{
    Noisy program;
    const Finished finished = program.run({"run", "pets.yaml", "--until-idle", "--jsonl"});
    QVERIFY(finished.outLines().size() > 1);
    for (const QByteArray &line : finished.outLines())
        QVERIFY2(QJsonDocument::fromJson(line).object().contains("event"), line.constData());
}

void PurityTest::noiseOfAPluginGoesToStderr()
{
    Noisy program;
    program.write("work.txt", "speak\n");
    const Finished finished = program.run({"run", "pets.yaml", "--until-idle", "--input", "bird=work.txt"});
    QCOMPARE(finished.exitCode, 0);
    QVERIFY2(finished.out.contains("bird │ answered\n"), finished.out.constData());
    QVERIFY2(!finished.out.contains("noise"), finished.out.constData());
    QVERIFY(finished.err.contains("on stdout, from apply"));
    QVERIFY(finished.err.contains("noise on stderr, from apply"));
    QVERIFY(finished.err.contains("noise in the log"));
}

QTEST_GUILESS_MAIN(PurityTest)
#include "purity_test.moc"
