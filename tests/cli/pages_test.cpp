// SPDX-License-Identifier: Apache-2.0
// What is made from the command table and installed as files.
#include "program.h"

#include <QDir>
#include <QJsonArray>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QtTest>

namespace {

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

struct Formatted
{
    int exitCode = -1;
    QString text;
    QByteArray complaints;
};

/// A page as groff shows it, or what it has to complain of.
Formatted formatted(const QString &page)
{
    QProcess groff;
    groff.start(QStringLiteral("groff"), {"-ww", "-man", "-Tutf8", "-P-c", "-rLL=100n", page});
    groff.waitForFinished();
    Formatted result{groff.exitCode(), QString::fromUtf8(groff.readAllStandardOutput()),
                     groff.readAllStandardError()};
    // Bold and underlined characters are written over themselves.
    result.text.remove(QRegularExpression(QStringLiteral(".\b")));
    return result;
}

} // namespace

class PagesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everyCommandHasAPage();
    void pagesHoldWhatHelpSays();
    void groffHasNothingToComplainOf();
    void manFindsThem();
    void scriptsAreWhereShellsLook();
    void aPageOfACommandThatIsGoneIsRemoved();

private:
    QString page(const QString &name) const { return m_folder.filePath(QLatin1String("man/man1/") + name); }
    void make();

    QTemporaryDir m_folder;
    QJsonArray m_commands;
};

void PagesTest::make()
{
    const QString program = qEnvironmentVariable("BURROW_TEST_BUILD_DIR") + QLatin1String("/bin/burrow-pages");
    QCOMPARE(QProcess::execute(program, {m_folder.path()}), 0);
}

void PagesTest::initTestCase()
{
    make();
    m_commands = Program().run({"help", "--json"}).json().value("commands").toArray();
    QVERIFY(!m_commands.isEmpty());
}

void PagesTest::everyCommandHasAPage()
{
    QStringList expected{"burrow.1"};
    for (const QJsonValue &command : m_commands)
        expected +=
            QStringLiteral("burrow-%1.1").arg(command.toObject().value("name").toString().replace(u' ', u'-'));
    expected.sort();
    QCOMPARE(QDir(m_folder.filePath(QStringLiteral("man/man1"))).entryList(QDir::Files, QDir::Name), expected);
}

void PagesTest::pagesHoldWhatHelpSays()
{
    const QByteArray run = contentOf(page(QStringLiteral("burrow-run.1")));
    for (const char *text :
         {".TH \"BURROW\\-RUN\" 1", ".SH NAME\nburrow\\-run \\- run the sessions", ".SH SYNOPSIS",
          "\\-\\-input SESSION=FILE", ".SH \"EXIT STATUS\"", ".SH EXAMPLES", ".BR burrow (1)"})
        QVERIFY2(run.contains(text), text);
    const QByteArray show = contentOf(page(QStringLiteral("burrow-session-show.1")));
    QVERIFY2(show.contains(".BR burrow\\-session\\-list (1)"), show.constData());
    const QByteArray program = contentOf(page(QStringLiteral("burrow.1")));
    for (const QJsonValue &command : m_commands) {
        const QString name = command.toObject().value("name").toString().replace(u' ', QLatin1String("\\-"));
        QVERIFY2(program.contains(".BR burrow\\-" + name.toUtf8() + " (1)\n"), qPrintable(name));
    }
    for (const char *text : {".SH \"EXIT STATUS\"", ".B 78\n", ".SH ENVIRONMENT", "BURROW_PLUGIN_PATH"})
        QVERIFY2(program.contains(text), text);
}

void PagesTest::groffHasNothingToComplainOf()
{
    if (QStandardPaths::findExecutable(QStringLiteral("groff")).isEmpty()) {
        // tidy: allow skipped-test: the tool is another package, and nothing else can tell what it does.
        QSKIP("groff is not installed");
    }
    for (const QJsonValue &each : m_commands) {
        const QJsonObject command = each.toObject();
        const QString name = command.value("name").toString().replace(u' ', u'-');
        const Formatted shown = formatted(page(QStringLiteral("burrow-%1.1").arg(name)));
        QCOMPARE(shown.complaints, QByteArray());
        QCOMPARE(shown.exitCode, 0);
        // Nothing of the roff is lost or shown as it is.
        for (const QJsonValue &example : command.value("examples").toArray()) {
            const QString line = example.toObject().value("line").toString();
            QVERIFY2(shown.text.simplified().contains(line), qPrintable(line + u'\n' + shown.text));
        }
        const QStringList details = command.value("details").toString().split(u'\n', Qt::SkipEmptyParts);
        for (const QString &line : details)
            QVERIFY2(shown.text.simplified().contains(line.simplified()),
                     qPrintable(line + u'\n' + shown.text));
    }
    QCOMPARE(formatted(page(QStringLiteral("burrow.1"))).complaints, QByteArray());
}

void PagesTest::manFindsThem()
{
    if (QStandardPaths::findExecutable(QStringLiteral("man")).isEmpty()) {
        // tidy: allow skipped-test: the tool is another package, and nothing else can tell what it does.
        QSKIP("man is not installed");
    }
    QProcess man;
    man.start(QStringLiteral("man"), {"--warnings", "-M", m_folder.filePath(QStringLiteral("man")), "-P", "cat",
                                      "burrow-session-list"});
    man.waitForFinished();
    QCOMPARE(man.readAllStandardError(), QByteArray());
    QVERIFY(man.readAllStandardOutput().contains("list the sessions of a store"));
}

void PagesTest::scriptsAreWhereShellsLook()
{
    for (const auto &[shell, file] : {std::pair("bash", "bash-completion/completions/burrow"),
                                      std::pair("zsh", "zsh/site-functions/_burrow"),
                                      std::pair("fish", "fish/vendor_completions.d/burrow.fish")})
        QCOMPARE(contentOf(m_folder.filePath(QLatin1String(file))), Program().run({"completion", shell}).out);
}

void PagesTest::aPageOfACommandThatIsGoneIsRemoved()
{
    QFile old(page(QStringLiteral("burrow-frobnicate.1")));
    QVERIFY(old.open(QIODevice::WriteOnly));
    make();
    QVERIFY(!old.exists());
}

QTEST_GUILESS_MAIN(PagesTest)
#include "pages_test.moc"
