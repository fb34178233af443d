// SPDX-License-Identifier: Apache-2.0
#include "cli/man_page.h"

#include "cli/command_usage.h"

namespace burrow {

namespace {

struct Described
{
    const char *name;
    const char *meaning;
};

// What scripts depend on; exit_code.h holds the numbers.
constexpr Described exitCodes[] = {
    {"0", "What was asked for was done, and nothing is wrong."},
    {"1", "It failed, or something is wrong."},
    {"2", "The command line was not understood."},
    {"3", "An input failed."},
    {"4", "An input was cancelled, or left open when the program was told to leave."},
    {"5", "Something did not happen in time."},
    {"6", "The host cannot be reached."},
    {"7", "There is a conflict: another host owns the store, something exists already, or is busy."},
    {"8", "A policy refuses it."},
    {"78", "The configuration is wrong, or a plugin cannot be used; nothing was run."},
};

constexpr Described environment[] = {
    {"BURROW_PLUGIN_PATH",
     "Folders that are searched for plugins before those of the user and the system, separated by colons."},
    {"XDG_STATE_HOME",
     "Where the host keeps its files, in a folder \"burrow\", unless the configuration says otherwise."},
    {"QT_LOGGING_RULES", "Which records are logged; wins over the configuration's levels."},
    {"NO_COLOR", "With any value: nothing is coloured."},
    {"TERM", "With \"dumb\": no line on the terminal is written again."},
};

QByteArray escaped(const QString &text)
{
    QByteArray roff = text.toUtf8();
    roff.replace('\\', "\\e")
        .replace('-', "\\-")
        .replace('\'', "\\(aq")
        .replace('`', "\\(ga")
        .replace("\u2026", "...");
    return roff;
}

QByteArray escaped(const char *text)
{
    return escaped(QString::fromUtf8(text));
}

/// A line of text; one that begins like a request is none.
QByteArray textLine(const QString &line)
{
    const QByteArray roff = escaped(line);
    return (roff.startsWith('.') ? "\\&" + roff : roff) + '\n';
}

QByteArray quotedArgument(const QByteArray &roff)
{
    QByteArray argument = roff;
    return '"' + argument.replace('"', "\\(dq") + '"';
}

QByteArray title(const QByteArray &name)
{
    return ".TH " + quotedArgument(escaped(QString::fromLatin1(name.toUpper())))
           + " 1 \"\" \"burrow " BURROW_VERSION
             "\" \"Burrow\"\n.nh\n.ad l\n"; // Names are not broken, so lines end where they end.
}

QByteArray section(const char *name)
{
    return QByteArray(".SH ") + name + '\n';
}

QByteArray item(QByteArray head, const QByteArray &text)
{
    head.replace('"', "\\(dq"); // It would group the arguments of the request.
    return ".TP\n.B " + head + '\n' + text;
}

QByteArray lines(const QStringList &paragraph)
{
    QByteArray roff;
    bool preformatted = false;
    for (const QString &line : paragraph) {
        // What is indented in the table stands in columns.
        if (line.startsWith(u' ') != preformatted) {
            preformatted = !preformatted;
            roff += preformatted ? ".nf\n" : ".fi\n";
        }
        roff += textLine(line);
    }
    return roff + (preformatted ? ".fi\n" : "");
}

struct Details
{
    QByteArray description;
    QByteArray exitStatus; ///< With its heading; empty where nothing is said of it.
};

Details detailsOf(const Command &command)
{
    Details details;
    const QStringList paragraphs =
        QString::fromUtf8(command.details).split(QLatin1String("\n\n"), Qt::SkipEmptyParts);
    for (const QString &paragraph : paragraphs) {
        QStringList all = paragraph.split(u'\n');
        if (all.last().isEmpty())
            all.removeLast();
        if (!paragraph.startsWith(QLatin1String("Exit codes")))
            details.description += ".PP\n" + lines(all);
        else
            details.exitStatus += section("\"EXIT STATUS\"") + lines(all);
    }
    return details;
}

QByteArray seeAlso(const QByteArrayList &pages)
{
    QByteArrayList references;
    for (const QByteArray &page : pages)
        references += ".BR " + escaped(QString::fromLatin1(page)) + " (1)";
    return section("\"SEE ALSO\"") + references.join(",\n") + '\n';
}

QByteArray pageName(const Command &command)
{
    return "burrow-" + QByteArray(command.name).replace(' ', '-');
}

QByteArray optionsOf(const Command &command)
{
    QByteArray roff;
    if (command.argument.presence != Presence::None)
        roff += item(escaped(command.argument.name), textLine(capitalised(command.argument.summary) + u'.'));
    for (const CommandOption &option : command.options) {
        const QString again =
            option.repeats == Repeats::Yes ? QStringLiteral(" May be given several times.") : QString();
        roff += item(escaped(usageOf(option)), textLine(capitalised(option.summary) + u'.' + again));
    }
    return roff + item("\\-\\-help", "Print the same as text.\n");
}

QByteArray examplesOf(const Command &command)
{
    QByteArray roff = section("EXAMPLES");
    for (const CommandExample &example : command.examples)
        roff += item(escaped(example.line), textLine(capitalised(example.meaning) + u'.'));
    return roff;
}

/// The program's page, and those of commands that are about the same.
QByteArrayList relatedTo(const Command &command)
{
    const auto subject = [](const Command &each) { return QByteArray(each.name).split(' ').front(); };
    QByteArrayList pages{"burrow"};
    for (const Command &other : commandTable()) {
        if (&other != &command && subject(other) == subject(command))
            pages += pageName(other);
    }
    return pages;
}

ManPage pageOf(const Command &command)
{
    const QByteArray name = pageName(command);
    const Details details = detailsOf(command);
    return {name, title(name) + section("NAME") + escaped(QString::fromLatin1(name)) + " \\- "
                      + escaped(command.summary) + '\n' + section("SYNOPSIS") + textLine(usageOf(command))
                      + section("DESCRIPTION") + textLine(capitalised(command.summary) + u'.')
                      + details.description + section("OPTIONS") + optionsOf(command) + details.exitStatus
                      + examplesOf(command) + seeAlso(relatedTo(command))};
}

ManPage programPage()
{
    QByteArray roff =
        title("burrow") + section("NAME") + "burrow \\- host long\\-lived agent sessions\n"
        + section("SYNOPSIS") + ".B burrow\n.I COMMAND\n\\&...\n" + section("DESCRIPTION")
        + "Carries sessions that a configuration in YAML describes. A session has a durable queue of inputs "
          "and "
          "a state machine, and hands\none piece of work at a time to an executor, which is a plugin. Standard "
          "output carries only the answer; notices and the log go to\nstandard error.\n";
    for (const CommandGroup group : commandGroups) {
        roff += ".SS " + quotedArgument(escaped(commandGroupTitle(group))) + '\n';
        for (const Command &command : commandTable()) {
            if (command.group == group)
                roff += ".TP\n.BR " + escaped(QString::fromLatin1(pageName(command))) + " (1)\n"
                        + textLine(capitalised(command.summary) + u'.');
        }
    }
    roff += section("\"EXIT STATUS\"");
    for (const Described &code : exitCodes)
        roff += item(code.name, textLine(QString::fromUtf8(code.meaning)));
    roff += section("ENVIRONMENT");
    for (const Described &variable : environment)
        roff += item(escaped(variable.name), textLine(QString::fromUtf8(variable.meaning)));
    QByteArrayList pages;
    for (const Command &command : commandTable())
        pages += pageName(command);
    return {"burrow", roff + seeAlso(pages)};
}

} // namespace

std::vector<ManPage> manPages()
{
    std::vector<ManPage> pages{programPage()};
    for (const Command &command : commandTable())
        pages.push_back(pageOf(command));
    return pages;
}

} // namespace burrow
