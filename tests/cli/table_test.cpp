// SPDX-License-Identifier: Apache-2.0
// What holds for every row of the command table, whoever adds one.
#include "cli/command_table.h"
#include "model/event.h"

#include <QSet>
#include <QTest>

using namespace burrow;

namespace {

QByteArray firstWord(const Command &command)
{
    return QByteArray(command.name).split(' ').front();
}

bool isPhrase(const QByteArray &text)
{
    return !text.isEmpty() && !text.endsWith('.') && !text.contains('\n') && text.trimmed() == text;
}

} // namespace

class TableTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesAreOneOrTwoWords();
    void wordsAreWhatHelpMakesSentencesOf();
    void whatIsChosenFromIsListed();
    void oneSubjectStandsInOneGroup();
    void detailsFitATerminal();
    void everyEventOfARunIsExplained();
};

void TableTest::namesAreOneOrTwoWords()
{
    QSet<QByteArray> names;
    for (const Command &command : commandTable()) {
        const QByteArray name(command.name);
        QVERIFY2(!names.contains(name) && name.count(' ') <= 1 && name.toLower() == name, name.constData());
        names.insert(name);
        // A command of one word would hide those of two words that begin with it.
        QVERIFY2(name.contains(' ') || commandsAbout(QString::fromLatin1(name)).empty(), name.constData());
        QCOMPARE(commandNamed(QString::fromLatin1(name)), &command);
    }
}

void TableTest::wordsAreWhatHelpMakesSentencesOf()
{
    for (const Command &command : commandTable()) {
        QVERIFY2(isPhrase(command.summary), command.name);
        QVERIFY2(command.argument.presence == Presence::None || isPhrase(command.argument.summary),
                 command.name);
        for (const CommandOption &option : command.options)
            QVERIFY2(isPhrase(option.summary), option.name);
        for (const CommandExample &example : command.examples) {
            QVERIFY2(QByteArray(example.line).contains(QByteArray("burrow ") + command.name), example.line);
            QVERIFY2(isPhrase(example.meaning), example.meaning);
        }
    }
}

void TableTest::whatIsChosenFromIsListed()
{
    for (const Command &command : commandTable()) {
        const ValueKind kind = command.argument.kind;
        QCOMPARE(kind == ValueKind::Choice || kind == ValueKind::PluginAction,
                 !command.argument.choices.empty());
        for (const CommandOption &option : command.options) {
            QCOMPARE(option.kind == ValueKind::Choice, !option.choices.empty());
            QVERIFY2(*option.value || option.kind == ValueKind::Text, option.name);
        }
    }
}

void TableTest::oneSubjectStandsInOneGroup()
{
    for (const Command &command : commandTable()) {
        for (const Command &other : commandTable())
            QVERIFY2(firstWord(command) != firstWord(other) || command.group == other.group, other.name);
    }
}

void TableTest::detailsFitATerminal()
{
    for (const Command &command : commandTable()) {
        for (const QByteArray &line : QByteArray(command.details).split('\n'))
            QVERIFY2(line.size() <= 100, line.constData());
        QVERIFY2(!*command.details || QByteArray(command.details).endsWith('\n'), command.name);
    }
}

void TableTest::everyEventOfARunIsExplained()
{
    const QByteArray details = commandNamed(QStringLiteral("run"))->details;
    for (const char *code : eventCodeName.names) {
        const QByteArrayList parts = QByteArray(code).split('.');
        const QByteArray below = details.mid(details.indexOf(parts.front() + ".*"));
        QVERIFY2(details.contains(code)
                     || (details.contains(parts.front() + ".*") && below.contains(parts.back())),
                 code);
    }
}

QTEST_GUILESS_MAIN(TableTest)
#include "table_test.moc"
