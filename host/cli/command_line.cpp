// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.h"

#include "config/nearest_name.h"

#include <QCommandLineParser>

namespace burrow {

namespace {

Error usageError(const QString &message)
{
    return {ErrorKind::InvalidArgument, message};
}

QStringList commandNames()
{
    QStringList names;
    for (const Command &command : commandTable())
        names += QString::fromLatin1(command.name);
    return names;
}

QStringList optionNames(const Command &command)
{
    QStringList names{QStringLiteral("--help")};
    for (const CommandOption &option : command.options)
        names += QLatin1String("--") + QLatin1String(option.name);
    return names;
}

void addOptions(QCommandLineParser &parser, const Command &command)
{
    parser.addOption(QCommandLineOption(QStringList{QStringLiteral("h"), QStringLiteral("help")}));
    for (const CommandOption &option : command.options) {
        QCommandLineOption added(QString::fromLatin1(option.name));
        added.setValueName(QString::fromLatin1(option.value));
        parser.addOption(added);
    }
}

QString parseProblem(const QCommandLineParser &parser, const Command &command)
{
    const QStringList unknown = parser.unknownOptionNames();
    if (unknown.isEmpty())
        return QStringLiteral("%1: %2").arg(QLatin1String(command.name), parser.errorText());
    const QString given =
        (unknown.front().size() == 1 ? QLatin1String("-") : QLatin1String("--")) + unknown.front();
    return QStringLiteral("\"%1\" has no option %2.%3")
        .arg(QLatin1String(command.name), given, didYouMean(given, optionNames(command)));
}

Result<Invocation> helpFor(const QString &argument)
{
    return Invocation{.command = commandNamed(QStringLiteral("help")), .argument = argument};
}

/// "a", "a or b", "a, b or c".
QString alternatives(const QStringList &words)
{
    if (words.size() < 2)
        return words.join(QString());
    return words.mid(0, words.size() - 1).join(QLatin1String(", ")) + QLatin1String(" or ") + words.last();
}

Result<void> checkChoice(const QString &what, std::span<const char *const> choices, const QString &given)
{
    QStringList words;
    for (const char *choice : choices)
        words += QString::fromLatin1(choice);
    if (words.contains(given))
        return {};
    return usageError(QStringLiteral("%1 is %2, not \"%3\".%4")
                          .arg(what, alternatives(words), given, didYouMean(given, words)));
}

Result<void> checkValues(const Command &command, const CommandOption &option, const QStringList &values)
{
    const QLatin1String name(option.name);
    if (option.repeats == Repeats::No && values.size() > 1)
        return usageError(QStringLiteral("\"%1\" takes --%2 once.").arg(QLatin1String(command.name), name));
    if (option.kind != ValueKind::Choice)
        return {};
    for (const QString &value : values) {
        if (Result<void> checked = checkChoice(QLatin1String("--") + name, option.choices, value); !checked)
            return checked;
    }
    return {};
}

Result<QString> argumentOf(const QCommandLineParser &parser, const Command &command)
{
    const QStringList given = parser.positionalArguments();
    const QLatin1String name(command.name);
    const CommandArgument &argument = command.argument;
    const qsizetype most = argument.presence == Presence::None ? 0 : argument.words;
    if (given.size() > most) {
        const QString takes = most == 0 ? QStringLiteral("takes no argument")
                                        : QStringLiteral("takes one %1").arg(QLatin1String(argument.name));
        return usageError(QStringLiteral("\"%1\" %2; \"%3\" is too much.").arg(name, takes, given.at(most)));
    }
    if (given.isEmpty() && argument.presence == Presence::Required)
        return usageError(QStringLiteral("\"%1\" needs a %2: %3.")
                              .arg(name, QLatin1String(argument.name), QLatin1String(argument.summary)));
    if (argument.kind == ValueKind::Choice && !given.isEmpty()) {
        if (const Result<void> checked =
                checkChoice(QLatin1String(argument.name), argument.choices, given.front());
            !checked)
            return checked.error();
    }
    return given.join(u' ');
}

Result<Invocation> parseCommand(const Command &command, const QStringList &arguments)
{
    QCommandLineParser parser;
    addOptions(parser, command);
    if (!parser.parse(arguments))
        return usageError(parseProblem(parser, command));
    if (parser.isSet(QStringLiteral("help")))
        return helpFor(QString::fromLatin1(command.name));

    Invocation invocation{.command = &command};
    for (const CommandOption &option : command.options) {
        const QString name = QString::fromLatin1(option.name);
        if (!parser.isSet(name))
            continue;
        const QStringList values = parser.values(name);
        if (const Result<void> checked = checkValues(command, option, values); !checked)
            return checked.error();
        invocation.options.insert(name, values);
    }
    Result<QString> argument = argumentOf(parser, command);
    if (!argument)
        return argument.error();
    invocation.argument = *argument;
    return invocation;
}

} // namespace

QString didYouMean(const QString &given, const QStringList &candidates)
{
    QByteArrayList names;
    for (const QString &candidate : candidates)
        names += candidate.toUtf8();
    const QByteArray nearest = nearestName(given.toUtf8(), names);
    return nearest.isEmpty() ? QString()
                             : QStringLiteral(" Did you mean \"%1\"?").arg(QString::fromUtf8(nearest));
}

QString noSuchCommand(const QString &given)
{
    // Of a command of two words the first may be mistyped alone.
    QStringList candidates = commandNames();
    for (const QByteArray &word : commandFirstWords())
        candidates += QString::fromLatin1(word);
    return QStringLiteral("there is no command \"%1\".%2").arg(given, didYouMean(given, candidates));
}

namespace {

/// The first word is what a command of two words is about; `arguments` begin with it.
Result<Invocation> parseCommandAbout(const std::vector<const Command *> &commands, const QStringList &arguments)
{
    const QString &word = arguments.front();
    const QString second = arguments.value(1);
    if (second == QLatin1String("--help") || second == QLatin1String("-h"))
        return helpFor(word);
    QStringList names;
    for (const Command *command : commands) {
        names += QString::fromLatin1(command->name);
        if (names.back() == word + u' ' + second)
            return parseCommand(*command, arguments.mid(1));
    }
    if (second.isEmpty() || second.startsWith(u'-')) {
        return usageError(QStringLiteral("\"%1\" is not a whole command; there are \"%2\".")
                              .arg(word, names.join(QLatin1String("\", \""))));
    }
    return usageError(noSuchCommand(word + u' ' + second));
}

} // namespace

Result<Invocation> parseCommandLine(const QStringList &arguments)
{
    if (arguments.isEmpty())
        return usageError(
            QStringLiteral("which command? There are %1.").arg(commandNames().join(QLatin1String(", "))));
    const QString &first = arguments.front();
    if (first == QLatin1String("--help") || first == QLatin1String("-h"))
        return helpFor({});
    if (first == QLatin1String("--version"))
        return Invocation{.command = commandNamed(QStringLiteral("version"))};
    if (first.startsWith(u'-'))
        return usageError(QStringLiteral("the command comes first, before %1.").arg(first));
    if (const Command *command = commandNamed(first))
        return parseCommand(*command, arguments);
    if (const auto about = commandsAbout(first); !about.empty())
        return parseCommandAbout(about, arguments);
    return usageError(noSuchCommand(first));
}

} // namespace burrow
