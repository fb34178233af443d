// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/enum_names.h"
#include "cli/exit_code.h"

#include <QByteArrayList>
#include <QHash>
#include <QStringList>

#include <array>
#include <span>

/// What the program can do, as data: parsing, help and whatever else describes the commands are made from these
/// rows.
namespace burrow {

class AnswerWriter;
struct Command;

enum class Repeats : quint8 { No, Yes };

/// What a value is, for whoever completes it.
enum class ValueKind : quint8 {
    Text,
    File,
    Choice,       ///< One of the option's choices; anything else is refused.
    Session,      ///< The name of a session, of the configuration that is named on the same line.
    SessionFile,  ///< SESSION=FILE.
    Plugin,       ///< The id of a plugin, of the configuration that is named on the same line.
    PluginAction, ///< One of the argument's choices; behind some of them the id of a plugin.
    CommandOrCode ///< What `help` explains.
};
inline constexpr EnumNames<ValueKind, 8> valueKindName{
    {"text", "file", "choice", "session", "session_file", "plugin", "plugin_action", "command_or_code"}};

struct CommandOption
{
    const char *name;    ///< Without dashes.
    const char *value;   ///< What the value is called; empty for a switch.
    const char *summary; ///< One phrase.
    Repeats repeats = Repeats::No;
    ValueKind kind = ValueKind::Text;
    std::span<const char *const> choices = {};
};

enum class Presence : quint8 { None, Optional, Required };
inline constexpr EnumNames<Presence, 3> presenceName{{"none", "optional", "required"}};

/// A command takes at most one argument that is not an option; it may be a name of several words.
struct CommandArgument
{
    Presence presence = Presence::None;
    const char *name = "";
    const char *summary = "";
    qsizetype words = 1; ///< How many words it may have; they arrive with one space between them.
    ValueKind kind = ValueKind::Text;
    std::span<const char *const> choices = {};
};

/// What a command is about, for lists of them.
enum class CommandGroup : quint8 { Work, Control, Configuration, Sessions, Plugins, Storage, Program };
inline constexpr std::array commandGroups{
    CommandGroup::Work,    CommandGroup::Control, CommandGroup::Configuration, CommandGroup::Sessions,
    CommandGroup::Plugins, CommandGroup::Storage, CommandGroup::Program};
/// Its heading.
const char *commandGroupTitle(CommandGroup group);

struct CommandExample
{
    const char *line;
    const char *meaning;
};

/// One call of the program, as it was understood.
struct Invocation
{
    const Command *command = nullptr;
    QString argument;
    QHash<QString, QStringList> options; ///< By name; a switch that was given has no values.

    bool has(const char *option) const { return options.contains(QString::fromLatin1(option)); }
    QStringList values(const char *option) const { return options.value(QString::fromLatin1(option)); }
};

struct Command
{
    const char *name;    ///< One word, or two: what it is about, and what is done with it.
    const char *summary; ///< One phrase.
    CommandGroup group = CommandGroup::Program;
    CommandArgument argument;
    std::vector<CommandOption> options; ///< `help` is understood everywhere and not listed.
    const char *details;                ///< Paragraphs, with their line breaks.
    std::array<CommandExample, 2> examples;
    ExitCode (*run)(const Invocation &, AnswerWriter &);
};

/// In the order in which people should read them.
std::span<const Command> commandTable();
/// Null when there is none.
const Command *commandNamed(const QString &name);
/// The first words of all commands, each once, in the table's order.
QByteArrayList commandFirstWords();
/// The commands of two words that begin with this one; none for any other word.
std::vector<const Command *> commandsAbout(const QString &word);

} // namespace burrow
