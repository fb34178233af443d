// SPDX-License-Identifier: Apache-2.0
// What a person sees on a terminal, and nobody in a pipe.
#include "program.h"
#include "terminal.h"

#include <QtTest>

namespace {

// A session whose one input runs until `go` is there.
const QByteArray waiting = R"(version: 1
store: { kind: memory }
host: { shutdown_timeout: 200ms }
executors:
  waiter: { plugin: command, config: { argv: [sh, -c, "read line < go; echo $line"] } }
sessions:
  patient: { executor: waiter, on_start: wait }
)";

QString programPath()
{
    return qEnvironmentVariable("BURROW_TEST_BUILD_DIR") + QLatin1String("/bin/burrow");
}

/// The program on a terminal, in a folder where it waits.
class Watched : public Terminal
{
public:
    Watched()
    {
        m_files.write("waiting.yaml", waiting);
        QProcess::execute(QStringLiteral("mkfifo"), {m_files.path(QStringLiteral("go"))});
        setDirectory(m_files.path(QString()));
        setEnvironment(QStringLiteral("TERM"), QStringLiteral("xterm"));
        setEnvironment(QStringLiteral("NO_COLOR"), QString());
        setEnvironment(QStringLiteral("HOME"), m_files.path(QString()));
        setEnvironment(QStringLiteral("BURROW_PLUGIN_PATH"),
                       qEnvironmentVariable("BURROW_TEST_BUILD_DIR") + QLatin1String("/plugins"));
    }
    void watch(const QStringList &more = {})
    {
        start(programPath(), QStringList{"run", "waiting.yaml", "--until-idle"} + more);
    }
    void letGo()
    {
        QFile go(m_files.path(QStringLiteral("go")));
        QVERIFY(go.open(QIODevice::WriteOnly));
        go.write("gone\n");
    }

private:
    Program m_files;
};

} // namespace

class TerminalTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saysWhatIsRunningAndLeavesNothingBehind();
    void coloursNothingWhenToldSo();
    void writesNoLineAgainOnADumbTerminal();
    void isSilentInAPipe();
    void makesRoomForWhatIsSaid();
    void logsAsJsonWithoutAStatus();
};

void TerminalTest::saysWhatIsRunningAndLeavesNothingBehind()
{
    Watched terminal;
    terminal.watch();
    QVERIFY(terminal.waitFor("\r\x1b[K\x1b[2m0 done, 0 failed; running: patient (0s)\x1b[0m"));
    QVERIFY(terminal.waitFor("running: patient (1s)")); // It is written again as time passes.
    terminal.letGo();
    QVERIFY(terminal.waitFor("patient │ gone"));
    QCOMPARE(terminal.finish(), 0);
    // The last status was wiped before the table came.
    const QByteArray end = terminal.shown().mid(terminal.shown().lastIndexOf("\x1b[K"));
    QVERIFY2(end.contains("SESSION") || end.contains("gone"), end.constData());
    QVERIFY2(!end.contains("done, "), end.constData());
}

void TerminalTest::coloursNothingWhenToldSo()
{
    Watched terminal;
    terminal.setEnvironment(QStringLiteral("NO_COLOR"), QStringLiteral("1"));
    terminal.watch();
    QVERIFY(terminal.waitFor("\r\x1b[K0 done, 0 failed; running: patient (0s)"));
    terminal.letGo();
    QCOMPARE(terminal.finish(), 0);
    QVERIFY(!terminal.shown().contains("\x1b[2m"));
}

void TerminalTest::writesNoLineAgainOnADumbTerminal()
{
    Watched terminal;
    terminal.setEnvironment(QStringLiteral("TERM"), QStringLiteral("dumb"));
    terminal.watch();
    terminal.letGo();
    QCOMPARE(terminal.finish(), 0);
    QVERIFY2(!terminal.shown().contains('\x1b'), terminal.shown().constData());
    QVERIFY(terminal.shown().contains("patient │ gone"));
}

void TerminalTest::isSilentInAPipe()
{
    Program program;
    program.write("waiting.yaml", waiting);
    QProcess::execute(QStringLiteral("mkfifo"), {program.path(QStringLiteral("go"))});
    program.setEnvironment(QStringLiteral("TERM"), QStringLiteral("xterm"));
    program.startInShell(QStringLiteral("\"$@\" & echo gone > go; wait $!"),
                         {"run", "waiting.yaml", "--until-idle"});
    program.feed({}, Program::Stdin::Close);
    const Finished finished = program.finish();
    QCOMPARE(finished.exitCode, 0);
    QCOMPARE(finished.err, QByteArray());
    QVERIFY(!finished.out.contains('\x1b'));
}

void TerminalTest::makesRoomForWhatIsSaid()
{
    Watched terminal;
    terminal.watch();
    QVERIFY(terminal.waitFor("running: patient"));
    terminal.type("\x03"); // Ctrl-C
    QVERIFY(terminal.waitFor("\r\x1b[Kburrow: shutting down; press again to leave at once"));
    QCOMPARE(terminal.finish(), 4);
}

void TerminalTest::logsAsJsonWithoutAStatus()
{
    Watched terminal;
    terminal.watch({"--log-format", "json"});
    terminal.letGo();
    QCOMPARE(terminal.finish(), 0);
    QVERIFY2(!terminal.shown().contains('\x1b'), terminal.shown().constData());
}

QTEST_GUILESS_MAIN(TerminalTest)
#include "terminal_test.moc"
