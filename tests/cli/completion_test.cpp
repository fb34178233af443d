// SPDX-License-Identifier: Apache-2.0
// Completions as shells give them, in the shells themselves; one that is not installed is skipped, and says so.
#include "program.h"
#include "terminal.h"

#include <QJsonArray>
#include <QStandardPaths>
#include <QtTest>

namespace {

const QByteArray pets = R"(version: 1
executors: { parrot: { plugin: echo } }
plugins: { gander: { enabled: false } }
sessions:
  bird: { executor: parrot, on_start: hello }
  bat: { executor: parrot }
  mole: { executor: parrot }
)";

QString programPath()
{
    return qEnvironmentVariable("BURROW_TEST_BUILD_DIR") + QLatin1String("/bin/burrow");
}

/// A folder with a configuration, files, and the script of a shell.
class Folder : public Program
{
public:
    explicit Folder(const QString &shell)
    {
        write("pets.yaml", pets);
        write("notes.txt", "hello\n");
        write("script", run({"completion", shell}).out);
        again();
    }
    QString home() const { return path(QString()); }
};

QStringList sorted(const QByteArray &output)
{
    QStringList lines = QString::fromUtf8(output).split(u'\n', Qt::SkipEmptyParts);
    lines.sort();
    return lines;
}

QByteArray outputOf(const QString &command, const QStringList &arguments, const Folder &folder)
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("HOME"), folder.home());
    environment.remove(QStringLiteral("XDG_STATE_HOME"));
    process.setProcessEnvironment(environment);
    process.setWorkingDirectory(folder.home());
    process.start(command, arguments);
    process.waitForFinished();
    const QByteArray complaints = process.readAllStandardError();
    if (!complaints.isEmpty())
        qWarning("%s", complaints.constData());
    return process.readAllStandardOutput();
}

/// What bash offers for these words; it takes words apart at "=" before it asks.
QStringList bashOffers(const QStringList &words, const Folder &folder)
{
    const QString script =
        QStringLiteral("source ./script; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _burrow; "
                       "((${#COMPREPLY[@]} == 0)) || printf '%s\\n' \"${COMPREPLY[@]}\"");
    return sorted(outputOf(QStringLiteral("bash"),
                           QStringList{"--norc", "--noprofile", "-c", script, "bash", programPath()} + words,
                           folder));
}

} // namespace

class CompletionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bashOffersWhatFits_data();
    void bashOffersWhatFits();
    void bashKnowsEveryCommandAndOption();
    void bashRunsNothingThatANameSays();
    void bashCompletesAsSomebodyTypes();
    void zshCompletesAsSomebodyTypes();
    void fishOffersWhatFits_data();
    void fishOffersWhatFits();
    void refusesAnotherShell();
};

void CompletionTest::bashOffersWhatFits_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QStringList>("offers");
    using List = QStringList;
    QTest::newRow("a command") << List{"mach"} << List{"machine"};
    QTest::newRow("the first word of two") << List{"sess"} << List{"session"};
    QTest::newRow("the second word") << List{"storage", ""} << List{"--help", "backup", "check"};
    QTest::newRow("an option") << List{"run", "--un"} << List{"--until-idle"};
    QTest::newRow("an option of two words") << List{"session", "show", "--st"} << List{"--store"};
    QTest::newRow("the choices of an option")
        << List{"machine", "--format", ""} << List{"json", "mermaid", "text"};
    QTest::newRow("a choice behind =") << List{"machine", "--format", "=", "m"} << List{"mermaid"};
    QTest::newRow("all choices behind =")
        << List{"machine", "--format", "="} << List{"json", "mermaid", "text"};
    QTest::newRow("the choices of an argument") << List{"completion", ""} << List{"bash", "fish", "zsh"};
    QTest::newRow("a file") << List{"run", "pe"} << List{"pets.yaml"};
    QTest::newRow("a file for an option") << List{"session", "list", "--config", "pe"} << List{"pets.yaml"};
    QTest::newRow("sessions of a configuration")
        << List{"session", "show", "--config", "pets.yaml", "b"} << List{"bat", "bird"};
    QTest::newRow("sessions, = in between")
        << List{"session", "show", "--config", "=", "pets.yaml", "mo"} << List{"mole"};
    QTest::newRow("a session to feed") << List{"run", "pets.yaml", "--input", "bi"} << List{"bird="};
    QTest::newRow("a file to feed it with")
        << List{"run", "pets.yaml", "--input", "bird", "=", "no"} << List{"notes.txt"};
    QTest::newRow("a plugin") << List{"plugin", "why", "ec"} << List{"echo"};
    QTest::newRow("a plugin of a configuration")
        << List{"plugin", "enable", "--config", "pets.yaml", "ga"} << List{"gander"};
    QTest::newRow("what is done with the quarantine")
        << List{"plugin", "quarantine", ""} << List{"clear", "list", "try"};
    QTest::newRow("a plugin to try again") << List{"plugin", "quarantine", "try", "sc"} << List{"scripted"};
    QTest::newRow("nothing more to list") << List{"plugin", "quarantine", "list", ""} << List{};
    QTest::newRow("no session of no store") << List{"session", "show", "b"} << List{};
    QTest::newRow("nothing known") << List{"frobnicate", ""} << List{};
}

void CompletionTest::bashOffersWhatFits()
{
    QFETCH(const QStringList, words);
    QFETCH(const QStringList, offers);
    const Folder folder(QStringLiteral("bash"));
    QCOMPARE(bashOffers(words, folder), offers);
}

void CompletionTest::bashKnowsEveryCommandAndOption()
{
    const Folder folder(QStringLiteral("bash"));
    const QStringList first = bashOffers({""}, folder);
    for (const QString &name : commandNames()) {
        const QStringList words = name.split(u' ');
        QVERIFY2(first.contains(words.front()), qPrintable(name));
        if (words.size() > 1)
            QVERIFY2(bashOffers({words.front(), ""}, folder).contains(words.at(1)), qPrintable(name));
        const QJsonArray options = Program()
                                       .run(QStringList{"help"} + words + QStringList{"--json"})
                                       .json()
                                       .value("options")
                                       .toArray();
        const QStringList offered = bashOffers(words + QStringList{"--"}, folder);
        QCOMPARE(offered.size(), options.size() + 1);
        for (const QJsonValue &option : options)
            QVERIFY(offered.contains(QLatin1String("--") + option.toObject().value("name").toString()));
    }
}

void CompletionTest::bashRunsNothingThatANameSays()
{
    const Folder folder(QStringLiteral("bash"));
    // Stands for a store that somebody else has made.
    folder.write("names", "#!/bin/sh\nprintf '%s\\n' 'x$(touch ran)' 'x`touch ran`' 'x;touch ran'\n");
    QFile::setPermissions(folder.path(QStringLiteral("names")), QFile::ReadOwner | QFile::ExeOwner);
    const QString script =
        QStringLiteral("source ./script; COMP_WORDS=(./names session show x); COMP_CWORD=3; _burrow; "
                       "eval \"printf '%s\\n' ${COMPREPLY[*]}\"");
    QCOMPARE(sorted(outputOf(QStringLiteral("bash"), {"--norc", "--noprofile", "-c", script}, folder)),
             (QStringList{"x$(touch ran)", "x;touch ran", "x`touch ran`"}));
    QVERIFY(!QFileInfo::exists(folder.path(QStringLiteral("ran"))));
}

void CompletionTest::bashCompletesAsSomebodyTypes()
{
    const Folder folder(QStringLiteral("bash"));
    Terminal terminal;
    terminal.setDirectory(folder.home());
    terminal.setEnvironment(QStringLiteral("TERM"), QStringLiteral("dumb"));
    terminal.setEnvironment(QStringLiteral("INPUTRC"), QStringLiteral("/dev/null"));
    terminal.start(QStringLiteral("bash"), {"--norc", "--noprofile", "-i"});
    terminal.type("PS1='ready$ '; source ./script; alias burrow=true\n");
    QVERIFY(terminal.waitFor("ready$ "));
    terminal.type("burrow mach\t--format=mer\t\n");
    QVERIFY(terminal.waitFor("burrow machine --format=mermaid "));
    terminal.type("exit\n");
    QCOMPARE(terminal.finish(), 0);
}

void CompletionTest::zshCompletesAsSomebodyTypes()
{
    if (QStandardPaths::findExecutable(QStringLiteral("zsh")).isEmpty()) {
        // tidy: allow skipped-test: the tool is another package, and nothing else can tell what it does.
        QSKIP("zsh is not installed");
    }
    const Folder folder(QStringLiteral("zsh"));
    Terminal terminal;
    terminal.setDirectory(folder.home());
    terminal.setEnvironment(QStringLiteral("TERM"), QStringLiteral("dumb"));
    terminal.setEnvironment(QStringLiteral("HOME"), folder.home());
    terminal.setEnvironment(QStringLiteral("PATH"),
                            QFileInfo(programPath()).path() + u':' + qEnvironmentVariable("PATH"));
    terminal.start(QStringLiteral("zsh"), {"-f", "-i"});
    terminal.type("autoload -U compinit; compinit -u -D; source ./script; unsetopt zle_bracketed_paste\n");
    terminal.type("burrow() { print -r -- \"given: $*\" } ; PS1='ready> '\n");
    QVERIFY(terminal.waitFor("ready> "));
    terminal.type("burrow mach\t--format=mer\t\n");
    QVERIFY(terminal.waitFor("given: machine --format=mermaid"));
    terminal.type("burrow stor\tback\tnot\t\n");
    QVERIFY(terminal.waitFor("given: storage backup notes.txt"));
    // From here on the names of sessions are asked for.
    terminal.type("unfunction burrow\n");
    terminal.type("burrow session show --config pets.yaml mo\t\n");
    QVERIFY(terminal.waitFor("--config pets.yaml mole"));
    terminal.type("burrow plugin why ec\t\n");
    QVERIFY(terminal.waitFor("burrow plugin why echo"));
    terminal.type("burrow plugin quarantine tr\tsc\t\n");
    QVERIFY(terminal.waitFor("the plugin \"scripted\" is not in quarantine"));
    terminal.type("exit 0\n");
    QCOMPARE(terminal.finish(), 0);
}

void CompletionTest::fishOffersWhatFits_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QStringList>("offers");
    using List = QStringList;
    QTest::newRow("a command") << QStringLiteral("mach") << List{"machine"};
    QTest::newRow("the second word") << QStringLiteral("storage ") << List{"backup", "check"};
    QTest::newRow("an option") << QStringLiteral("run --unt") << List{"--until-idle"};
    QTest::newRow("the choices of an option")
        << QStringLiteral("machine --format ") << List{"json", "mermaid", "text"};
    QTest::newRow("the choices of an argument") << QStringLiteral("completion ") << List{"bash", "fish", "zsh"};
    QTest::newRow("a file") << QStringLiteral("run pe") << List{"pets.yaml"};
    QTest::newRow("sessions of a configuration")
        << QStringLiteral("session show --config pets.yaml b") << List{"bat", "bird"};
    QTest::newRow("a plugin") << QStringLiteral("plugin why ec") << List{"echo"};
    QTest::newRow("what is done with the quarantine")
        << QStringLiteral("plugin quarantine ") << List{"clear", "list", "try"};
    QTest::newRow("a plugin to try again") << QStringLiteral("plugin quarantine try sc") << List{"scripted"};
    QTest::newRow("a session to feed") << QStringLiteral("run pets.yaml --input bi") << List{"bird="};
    QTest::newRow("a file to feed it with")
        << QStringLiteral("run pets.yaml --input bird=no") << List{"bird=notes.txt"};
}

void CompletionTest::fishOffersWhatFits()
{
    if (QStandardPaths::findExecutable(QStringLiteral("fish")).isEmpty()) {
        // tidy: allow skipped-test: the tool is another package, and nothing else can tell what it does.
        QSKIP("fish is not installed");
    }
    QFETCH(const QString, line);
    QFETCH(const QStringList, offers);
    const Folder folder(QStringLiteral("fish"));
    const QString script = QStringLiteral("set -x PATH %1 $PATH; source ./script; complete -C 'burrow %2'")
                               .arg(QFileInfo(programPath()).path(), line);
    QStringList given;
    for (const QString &offer : sorted(outputOf(QStringLiteral("fish"), {"--no-config", "-c", script}, folder)))
        given += offer.section(u'\t', 0, 0);
    QCOMPARE(given, offers);
}

void CompletionTest::refusesAnotherShell()
{
    const Finished finished = Program().run({"completion", "bahs"});
    QCOMPARE(finished.exitCode, 2);
    QVERIFY2(finished.err.contains("SHELL is bash, zsh or fish, not \"bahs\". Did you mean \"bash\"?"),
             finished.err.constData());
}

QTEST_GUILESS_MAIN(CompletionTest)
#include "completion_test.moc"
