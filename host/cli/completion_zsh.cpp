// SPDX-License-Identifier: Apache-2.0
#include "cli/command_table.h"
#include "cli/completion.h"

#include <QByteArrayList>

namespace burrow {

namespace {

// `words` begin with the last word of the command when these are called.
constexpr const char *functions = R"sh(
# $1: what is listed, session or plugin; the rest is for compadd
_burrow_names()
{
    local i about=$1
    local -a where names
    shift
    if [[ $burrow_command == run ]]; then
        for ((i = 2; i < $#words; i++)); do
            [[ $words[i] == -* || $words[i-1] == -* ]] || where=(--config "$words[i]")
        done
    fi
    for ((i = 1; i < $#words; i++)); do
        case $words[i] in
            (--config|--store) where=($words[i] "$words[i+1]") ;;
            (--config=*|--store=*) where=($words[i]) ;;
        esac
    done
    names=(${(f)"$($burrow_program $about list --names $where 2> /dev/null)"})
    compadd "$@" -a names
}

_burrow_sessions()
{
    _burrow_names session "$@"
}

_burrow_plugins()
{
    _burrow_names plugin "$@"
}

# $1: the actions; behind some of them stands the id of a plugin
_burrow_plugin_action()
{
    local -a actions=(${=1})
    shift
    if [[ $words[CURRENT-1] == quarantine ]]; then
        compadd "$@" -a actions
    elif [[ $words[CURRENT-1] != list ]]; then
        _burrow_plugins "$@"
    fi
}

_burrow_session_file()
{
    if compset -P '*='; then
        _files
    else
        _burrow_sessions -S =
    fi
}
)sh";

constexpr const char *ending = R"sh(
if [[ $funcstack[1] == _burrow ]]; then
    _burrow "$@"
else
    compdef _burrow burrow
fi
)sh";

/// Between single quotes, as a description of _arguments or _describe.
QByteArray described(const char *phrase)
{
    QByteArray text(phrase);
    return text.replace('\\', "\\\\")
        .replace("'", "'\\''")
        .replace(':', "\\:")
        .replace('[', "\\[")
        .replace(']', "\\]");
}

QByteArray actionFor(ValueKind kind, std::span<const char *const> choices)
{
    switch (kind) {
    case ValueKind::File:
        return "_files";
    case ValueKind::Session:
        return "_burrow_sessions";
    case ValueKind::SessionFile:
        return "_burrow_session_file";
    case ValueKind::Plugin:
        return "_burrow_plugins";
    case ValueKind::PluginAction:
        return "{_burrow_plugin_action \"" + joined(choices) + "\"}";
    case ValueKind::Choice:
        return '(' + joined(choices) + ')';
    case ValueKind::CommandOrCode:
        return '(' + commandFirstWords().join(' ') + ')';
    case ValueKind::Text:
        break;
    }
    return " ";
}

QByteArray argumentSpec(const CommandArgument &argument)
{
    const char *place = argument.words > 1 ? "*" : "1";
    const char *optional = argument.presence == Presence::Optional && argument.words == 1 ? ":" : "";
    return QByteArray("'") + place + ':' + optional + described(argument.name) + ':'
           + actionFor(argument.kind, argument.choices) + "'";
}

QByteArray optionSpec(const CommandOption &option)
{
    const char *again = option.repeats == Repeats::Yes ? "*" : "";
    QByteArray spec = QByteArray("'") + again + "--" + option.name + (*option.value ? "=" : "") + '['
                      + described(option.summary) + ']';
    if (*option.value)
        spec += ':' + described(option.value) + ':' + actionFor(option.kind, option.choices);
    return spec + "'";
}

QByteArray argumentsOf(const Command &command)
{
    QByteArray text =
        "        (" + QByteArray(command.name).replace(' ', "\\ ") + ")\n            _arguments -S";
    for (const CommandOption &option : command.options)
        text += " \\\n                " + optionSpec(option);
    if (command.argument.presence != Presence::None)
        text += " \\\n                " + argumentSpec(command.argument);
    return text + " \\\n                '--help[print a page about it]'\n            ;;\n";
}

QByteArray listOf(const QByteArrayList &entries, const char *indent)
{
    return QByteArray(indent) + "commands=(\n" + indent + "    "
           + entries.join(QByteArray("\n") + indent + "    ") + '\n' + indent + ")\n" + indent
           + "_describe -t commands command commands\n" + indent + "return\n";
}

QByteArray firstWords()
{
    QByteArrayList entries;
    for (const QByteArray &word : commandFirstWords()) {
        const Command *command = commandNamed(QString::fromLatin1(word));
        QByteArrayList second;
        for (const Command *about : commandsAbout(QString::fromLatin1(word)))
            second += QByteArray(about->name).mid(word.size() + 1);
        entries +=
            "'" + word + ':' + (command != nullptr ? described(command->summary) : second.join(", ")) + "'";
    }
    return listOf(entries, "        ");
}

QByteArray secondWords()
{
    QByteArray branches;
    for (const QByteArray &word : commandFirstWords()) {
        QByteArrayList entries;
        for (const Command *about : commandsAbout(QString::fromLatin1(word)))
            entries +=
                "'" + QByteArray(about->name).mid(word.size() + 1) + ':' + described(about->summary) + "'";
        if (entries.isEmpty())
            continue;
        branches += "        (" + word + ")\n            if ((CURRENT == 3)); then\n"
                    + listOf(entries, "                ")
                    + "            fi\n            burrow_command+=\" $words[3]\"\n            shift words\n"
                      "            ((CURRENT--))\n            ;;\n";
    }
    return branches;
}

} // namespace

QByteArray zshCompletion()
{
    QByteArray commands;
    for (const Command &command : commandTable())
        commands += argumentsOf(command);
    return "#compdef burrow\n# zsh completion for burrow " BURROW_VERSION
           "; made by \"burrow completion zsh\".\n"
           + QByteArray(functions)
           + "\n_burrow()\n{\n    local burrow_program=$words[1] burrow_command=$words[2]\n    local -a "
             "commands\n"
             "    if ((CURRENT == 2)); then\n"
           + firstWords() + "    fi\n    case $burrow_command in\n" + secondWords()
           + "    esac\n    shift words\n    ((CURRENT--))\n    case $burrow_command in\n" + commands
           + "    esac\n}\n" + ending;
}

} // namespace burrow
