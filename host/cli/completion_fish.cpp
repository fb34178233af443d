// SPDX-License-Identifier: Apache-2.0
#include "cli/command_table.h"
#include "cli/completion.h"

#include <QByteArrayList>

namespace burrow {

namespace {

constexpr const char *functions = R"sh(
# True where the words so far are exactly these.
function __burrow_after
    set -l tokens (commandline -opc)
    set -e tokens[1]
    test "$tokens" = "$argv"
end

# True where the words so far begin with this command.
function __burrow_in
    set -l tokens (commandline -opc)
    set -e tokens[1]
    test (count $tokens) -ge (count $argv)
    and test "$tokens[1..$(count $argv)]" = "$argv"
end

# $argv: what is listed, session or plugin
function __burrow_names
    set -l tokens (commandline -opc)
    set -l where
    set -l previous
    for token in $tokens[2..-1]
        switch $previous
            case --config --store
                set where $previous $token
            case run
                string match -q -- '-*' $token
                or set where --config $token
        end
        switch $token
            case '--config=*' '--store=*'
                set where $token
        end
        set previous $token
    end
    $tokens[1] $argv list --names $where 2>/dev/null
end

# $argv: the actions; behind some of them stands the id of a plugin
function __burrow_plugin_action
    set -l tokens (commandline -opc)
    switch $tokens[-1]
        case quarantine
            string split ' ' -- $argv
        case list
        case '*'
            __burrow_names plugin
    end
end

function __burrow_session_files
    set -l token (commandline -ct | string replace -r -- '^--[a-z-]*=' '')
    if string match -q -- '*=*' $token
        set -l session (string replace -r -- '=.*' '' $token)
        for file in (__fish_complete_path (string replace -r -- '^[^=]*=' '' $token))
            echo "$session=$file"
        end
    else
        for session in (__burrow_names session)
            echo "$session="
        end
    end
end

complete -c burrow -f
)sh";

QByteArray described(const char *phrase)
{
    QByteArray text(phrase);
    return " -d '" + text.replace('\\', "\\\\").replace('\'', "\\'") + "'\n";
}

QByteArray inCommand(const Command &command)
{
    return "complete -c burrow -n '__burrow_in " + QByteArray(command.name) + "'";
}

/// What follows `-r`: a value is required.
QByteArray candidatesFor(ValueKind kind, std::span<const char *const> choices)
{
    switch (kind) {
    case ValueKind::File:
        return " -F";
    case ValueKind::Session:
        return " -f -a '(__burrow_names session)'";
    case ValueKind::Plugin:
        return " -f -a '(__burrow_names plugin)'";
    case ValueKind::PluginAction:
        return " -f -a '(__burrow_plugin_action " + joined(choices) + ")'";
    case ValueKind::SessionFile:
        return " -f -a '(__burrow_session_files)'";
    case ValueKind::Choice:
        return " -f -a '" + joined(choices) + "'";
    case ValueKind::CommandOrCode:
        return " -f -a '" + commandFirstWords().join(' ') + "'";
    case ValueKind::Text:
        break;
    }
    return " -f";
}

QByteArray linesFor(const Command &command)
{
    QByteArray text;
    for (const CommandOption &option : command.options) {
        text += inCommand(command) + " -l " + option.name;
        if (*option.value)
            text += " -r" + candidatesFor(option.kind, option.choices);
        text += described(option.summary);
    }
    if (command.argument.presence != Presence::None)
        text += inCommand(command) + candidatesFor(command.argument.kind, command.argument.choices) + '\n';
    return text + inCommand(command) + " -l help" + described("print a page about it");
}

QByteArray wordsFor(const Command &command)
{
    QByteArrayList words = QByteArray(command.name).split(' ');
    const QByteArray last = words.takeLast();
    return "complete -c burrow -n '__burrow_after " + words.join(' ') + "' -a " + last
           + described(command.summary);
}

} // namespace

QByteArray fishCompletion()
{
    QByteArray text = "# fish completion for burrow " BURROW_VERSION "; made by \"burrow completion fish\".\n"
                      + QByteArray(functions);
    for (const QByteArray &word : commandFirstWords()) {
        QByteArrayList second;
        for (const Command *about : commandsAbout(QString::fromLatin1(word)))
            second += QByteArray(about->name).mid(word.size() + 1);
        if (!second.isEmpty())
            text += "complete -c burrow -n '__burrow_after ' -a " + word + described(second.join(", "));
    }
    for (const Command &command : commandTable())
        text += wordsFor(command);
    for (const Command &command : commandTable())
        text += linesFor(command);
    return text;
}

} // namespace burrow
