// SPDX-License-Identifier: Apache-2.0
#include "cli/command_table.h"
#include "cli/completion.h"

#include <QByteArrayList>

namespace burrow {

namespace {

// The script's own part. `words` are the command line up to the cursor, with those joined again that bash takes
// apart at "=".
constexpr const char *functions = R"sh(
# $1: what is listed, session or plugin
_burrow_names()
{
    local i
    local -a where=()
    for ((i = 1; i + 1 < ${#words[@]}; i++)); do
        case ${words[i]} in
            --config | --store) where=("${words[i]}" "${words[i + 1]}") ;;
            --config=* | --store=*) where=("${words[i]}") ;;
        esac
    done
    if [[ $command == run ]]; then
        for ((i = 2; i < ${#words[@]} - 1; i++)); do
            [[ ${words[i]} == -* || ${words[i - 1]} == -* ]] || where=(--config "${words[i]}")
        done
    fi
    "${words[0]}" "$1" list --names "${where[@]}" 2> /dev/null
}

# Offers the lines that begin with $1, each with $2 behind it. What a store holds is not trusted: compgen would
# run what stands in a name, and so would whoever presses return, so it is quoted.
_burrow_lines()
{
    local line
    while IFS= read -r line; do
        [[ $line == "$1"* ]] || continue
        printf -v line %q "$line"
        COMPREPLY+=("$line$2")
    done
}

_burrow_files()
{
    local file
    while IFS= read -r file; do
        [[ -d $file ]] && file+=/
        COMPREPLY+=("$file")
    done < <(compgen -f -- "$1")
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]] && compopt -o nospace 2> /dev/null
    compopt -o filenames 2> /dev/null
}

# $1: the kind of value, $2: what there is of it
_burrow_value()
{
    case $1 in
        file) _burrow_files "$2" ;;
        session | plugin) _burrow_lines "$2" < <(_burrow_names "$1") ;;
        plugin-action*)
            if [[ $previous == quarantine ]]; then
                mapfile -t COMPREPLY < <(compgen -W "${1#* }" -- "$2")
            elif [[ $previous != list ]]; then
                _burrow_lines "$2" < <(_burrow_names plugin)
            fi
            ;;
        session-file)
            if [[ $2 == *=* ]]; then
                _burrow_files "${2#*=}"
            else
                _burrow_lines "$2" = < <(_burrow_names session)
                compopt -o nospace 2> /dev/null
            fi
            ;;
        text) ;;
        *) mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2") ;;
    esac
}

_burrow()
{
    local i word command cur previous kind
    local -a words=()
    COMPREPLY=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if ((i > 1)) && [[ $word == = || ${COMP_WORDS[i - 1]} == = ]]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
    done
    cur=${words[${#words[@]} - 1]}
    previous=${words[${#words[@]} - 2]}
    if ((${#words[@]} == 2)); then
        mapfile -t COMPREPLY < <(compgen -W "$(_burrow_first_words) --help --version" -- "$cur")
        return
    fi
    command=${words[1]}
    if [[ -n $(_burrow_second_words "$command") ]]; then
        if ((${#words[@]} == 3)); then
            mapfile -t COMPREPLY < <(compgen -W "$(_burrow_second_words "$command") --help" -- "$cur")
            return
        fi
        command+=" ${words[2]}"
    fi
    if [[ $previous == --* && $previous != *=* ]]; then
        kind=$(_burrow_kind "$command" "$previous")
    fi
    if [[ -n $kind ]]; then
        _burrow_value "$kind" "$cur"
    elif [[ $cur == --*=* ]]; then
        _burrow_value "$(_burrow_kind "$command" "${cur%%=*}")" "${cur#*=}"
    elif [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_burrow_options "$command") --help" -- "$cur")
    else
        _burrow_value "$(_burrow_kind "$command" argument)" "$cur"
    fi
}

complete -F _burrow burrow
)sh";

QByteArray kindWord(ValueKind kind, std::span<const char *const> choices)
{
    switch (kind) {
    case ValueKind::File:
        return "file";
    case ValueKind::Choice:
        return joined(choices);
    case ValueKind::Session:
        return "session";
    case ValueKind::SessionFile:
        return "session-file";
    case ValueKind::Plugin:
        return "plugin";
    case ValueKind::PluginAction:
        return "plugin-action " + joined(choices);
    case ValueKind::CommandOrCode: {
        QByteArrayList names;
        for (const QByteArray &word : commandFirstWords())
            names += word;
        return names.join(' ');
    }
    case ValueKind::Text:
        break;
    }
    return "text";
}

QByteArray branch(const QByteArray &pattern, const QByteArray &words)
{
    return "        " + pattern + ") echo \"" + words + "\" ;;\n";
}

QByteArray function(const char *name, const char *subject, const QByteArray &branches)
{
    return QByteArray("\n") + name + "()\n{\n    case " + subject + " in\n" + branches + "    esac\n}\n";
}

QByteArray secondWords()
{
    QByteArray branches;
    for (const QByteArray &word : commandFirstWords()) {
        QByteArrayList second;
        for (const Command *command : commandsAbout(QString::fromLatin1(word)))
            second += QByteArray(command->name).mid(word.size() + 1);
        if (!second.isEmpty())
            branches += branch(word, second.join(' '));
    }
    return branches;
}

QByteArray options()
{
    QByteArray branches;
    for (const Command &command : commandTable()) {
        QByteArrayList names;
        for (const CommandOption &option : command.options)
            names += QByteArray("--") + option.name;
        branches += branch('"' + QByteArray(command.name) + '"', names.join(' '));
    }
    return branches;
}

QByteArray kinds()
{
    QByteArray branches;
    for (const Command &command : commandTable()) {
        const QByteArray name(command.name);
        for (const CommandOption &option : command.options) {
            if (*option.value)
                branches +=
                    branch('"' + name + " --" + option.name + '"', kindWord(option.kind, option.choices));
        }
        if (command.argument.presence != Presence::None)
            branches +=
                branch('"' + name + " argument\"", kindWord(command.argument.kind, command.argument.choices));
    }
    return branches;
}

} // namespace

QByteArray bashCompletion()
{
    return "# bash completion for burrow " BURROW_VERSION "; made by \"burrow completion bash\".\n"
           "\n_burrow_first_words()\n{\n    echo \""
           + commandFirstWords().join(' ') + "\"\n}\n" + function("_burrow_second_words", "$1", secondWords())
           + function("_burrow_options", "$1", options()) + function("_burrow_kind", "\"$1 $2\"", kinds())
           + functions;
}

} // namespace burrow
