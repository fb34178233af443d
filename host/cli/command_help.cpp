// SPDX-License-Identifier: Apache-2.0
#include "cli/command_help.h"

#include "cli/answer_writer.h"
#include "cli/command_line.h"
#include "cli/command_usage.h"
#include "cli/notices.h"
#include "cli/text_table.h"
#include "config/finding_page.h"
#include "port/plugin_fault.h"

#include <QJsonArray>
#include <QJsonObject>

namespace burrow {

namespace {

QString helpText(const Command &command)
{
    TextTable words;
    if (command.argument.presence != Presence::None)
        words.addRow({QString::fromLatin1(command.argument.name), QString::fromUtf8(command.argument.summary)});
    for (const CommandOption &option : command.options)
        words.addRow({usageOf(option), QString::fromUtf8(option.summary)});
    words.addRow({QStringLiteral("--help"), QStringLiteral("print this page")});

    QString text = usageOf(command) + QLatin1String("\n\n") + capitalised(command.summary)
                   + QLatin1String(".\n\n") + words.toText(2);
    if (*command.details)
        text += u'\n' + QString::fromUtf8(command.details);
    text += QLatin1String("\nExamples:\n");
    for (const CommandExample &example : command.examples)
        text += QStringLiteral("  %1\n      %2\n")
                    .arg(QString::fromUtf8(example.line), capitalised(example.meaning));
    return text;
}

QString listOf(const std::vector<const Command *> &commands)
{
    TextTable table;
    for (const Command *command : commands)
        table.addRow({QString::fromLatin1(command->name), QString::fromUtf8(command->summary)});
    return table.toText(2);
}

std::vector<const Command *> allCommands()
{
    std::vector<const Command *> all;
    for (const Command &command : commandTable())
        all.push_back(&command);
    return all;
}

QString overviewText()
{
    QString text = QStringLiteral("burrow COMMAND ...\n\nHosts long-lived agent sessions.\n");
    TextTable table; // One for all groups, so that they have the same columns.
    for (const Command *command : allCommands())
        table.addRow({QString::fromLatin1(command->name), QString::fromUtf8(command->summary)});
    const QStringList rows = table.toText(2).split(u'\n');
    for (const CommandGroup group : commandGroups) {
        text += u'\n' + QLatin1String(commandGroupTitle(group)) + QLatin1String(":\n");
        for (size_t at = 0; at < commandTable().size(); ++at) {
            if (commandTable()[at].group == group)
                text += rows.at(qsizetype(at)) + u'\n';
        }
    }
    return text
           + QLatin1String(
               "\n\"burrow help COMMAND\" explains one of them. stdout carries only the answer; notices go to "
               "stderr.\n");
}

QJsonArray toJson(std::span<const char *const> choices)
{
    QJsonArray array;
    for (const char *choice : choices)
        array.append(QString::fromLatin1(choice));
    return array;
}

QJsonObject toJson(const CommandArgument &argument)
{
    return {{QStringLiteral("name"), QString::fromLatin1(argument.name)},
            {QStringLiteral("summary"), QString::fromUtf8(argument.summary)},
            {QStringLiteral("presence"), QLatin1String(presenceName(argument.presence))},
            {QStringLiteral("kind"), QLatin1String(valueKindName(argument.kind))},
            {QStringLiteral("choices"), toJson(argument.choices)}};
}

QJsonObject toJson(const Command &command)
{
    QJsonArray options;
    for (const CommandOption &option : command.options) {
        options.append(QJsonObject{{QStringLiteral("name"), QString::fromLatin1(option.name)},
                                   {QStringLiteral("value"), QString::fromLatin1(option.value)},
                                   {QStringLiteral("summary"), QString::fromUtf8(option.summary)},
                                   {QStringLiteral("repeats"), option.repeats == Repeats::Yes},
                                   {QStringLiteral("kind"), QLatin1String(valueKindName(option.kind))},
                                   {QStringLiteral("choices"), toJson(option.choices)}});
    }
    QJsonArray examples;
    for (const CommandExample &example : command.examples) {
        examples.append(QJsonObject{{QStringLiteral("line"), QString::fromUtf8(example.line)},
                                    {QStringLiteral("meaning"), QString::fromUtf8(example.meaning)}});
    }
    return {{QStringLiteral("name"), QString::fromLatin1(command.name)},
            {QStringLiteral("usage"), usageOf(command)},
            {QStringLiteral("summary"), QString::fromUtf8(command.summary)},
            {QStringLiteral("details"), QString::fromUtf8(command.details)},
            {QStringLiteral("group"), QString::fromUtf8(commandGroupTitle(command.group))},
            {QStringLiteral("argument"), toJson(command.argument)},
            {QStringLiteral("options"), options},
            {QStringLiteral("examples"), examples}};
}

QString indented(const char *sample)
{
    return QLatin1String("  ") + QString::fromUtf8(sample).replace(u'\n', QLatin1String("\n  ")) + u'\n';
}

ExitCode explain(FindingCode code, const Invocation &invocation, AnswerWriter &answer)
{
    const QString sentence = QString::fromUtf8(explanationOf(code).sentence);
    const FindingPage &page = pageOf(code);
    if (invocation.has("json"))
        answer.writeJson({{QStringLiteral("code"), codeText(code)},
                          {QStringLiteral("explanation"), sentence},
                          {QStringLiteral("wrong"), QString::fromUtf8(page.wrong)},
                          {QStringLiteral("mended"), QString::fromUtf8(page.mended)}});
    else
        answer.write(QStringLiteral("%1: %2\n\nWrong:\n%3\nMended:\n%4")
                         .arg(codeText(code), sentence, indented(page.wrong), indented(page.mended))
                         .toUtf8());
    return ExitCode::Ok;
}

ExitCode explain(PluginFaultCode code, const Invocation &invocation, AnswerWriter &answer)
{
    const PluginFaultExplanation &explanation = explanationOf(code);
    const QString sentence = QString::fromUtf8(explanation.sentence);
    const QString remedy = QString::fromUtf8(explanation.remedy);
    if (invocation.has("json"))
        answer.writeJson({{QStringLiteral("code"), codeText(code)},
                          {QStringLiteral("word"), QString::fromLatin1(explanation.word)},
                          {QStringLiteral("explanation"), sentence},
                          {QStringLiteral("remedy"), remedy}});
    else
        answer.write(QStringLiteral("%1: %2\n  fix: %3\n").arg(codeText(code), sentence, remedy).toUtf8());
    return ExitCode::Ok;
}

ExitCode helpOnSeveral(const std::vector<const Command *> &commands, const QString &overview,
                       const Invocation &invocation, AnswerWriter &answer)
{
    if (!invocation.has("json")) {
        answer.write(overview.toUtf8());
        return ExitCode::Ok;
    }
    QJsonArray described;
    for (const Command *command : commands)
        described.append(toJson(*command));
    answer.writeJson({{QStringLiteral("commands"), described}});
    return ExitCode::Ok;
}

} // namespace

ExitCode runHelpCommand(const Invocation &invocation, AnswerWriter &answer)
{
    if (invocation.argument.isEmpty())
        return helpOnSeveral(allCommands(), overviewText(), invocation, answer);
    if (const std::optional<FindingCode> code = parseCode(invocation.argument))
        return explain(*code, invocation, answer);
    if (const std::optional<PluginFaultCode> code = parsePluginFaultCode(invocation.argument))
        return explain(*code, invocation, answer);

    const Command *command = commandNamed(invocation.argument);
    if (const auto about = commandsAbout(invocation.argument); !about.empty())
        return helpOnSeveral(about, listOf(about), invocation, answer);
    if (!command) {
        notice(noSuchCommand(invocation.argument));
        return ExitCode::Usage;
    }
    if (invocation.has("json"))
        answer.writeJson(toJson(*command));
    else
        answer.write(helpText(*command).toUtf8());
    return ExitCode::Ok;
}

} // namespace burrow
