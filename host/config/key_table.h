// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/configuration.h"

#include <span>

namespace burrow {

enum class KeyType : quint8 {
    Mapping,      ///< Has the keys that the table lists below it.
    NamedMapping, ///< Its keys are names that the user chooses; the table's row "*" below it says what they
                  ///< hold.
    Text,
    Name,     ///< Text in the form of an instance's name.
    Path,     ///< `~` is the home directory; a relative path starts at the configuration file.
    DataPath, ///< Like Path, but a relative path starts at host.data_dir.
    PathList,
    Flag,
    Count,
    Timespan,
    Size,
    Choice,
    AnyMapping, ///< Handed on as JSON.
    Includes,   ///< Paths and patterns of further files, which are read before the table is asked.
    OnStart,    ///< Text, a list of texts, or {file: path}.
    NotServed,  ///< Planned for a later version: an error that says so.
};

/// What the keys of a NamedMapping look like.
enum class KeyForm : quint8 {
    Name, ///< [a-z0-9][a-z0-9._-]{0,63}: names of sessions, executors and plugins.
    Word, ///< 1 to 128 characters without spaces.
};

/// A value that was read and found right; which member holds it follows from the row's type.
struct CheckedValue
{
    QByteArray name; ///< The key itself, for a row that ends in "*".
    Place keyPlace;
    Place place;
    bool secret = false; ///< It came from outside of the files; no output shows it.
    bool flag = false;
    qint64 number = 0; ///< Count and Size.
    Duration duration{};
    QByteArray text; ///< Text, Name, Choice.
    QString path;
    std::vector<Placed<QString>> paths;
    PlacedJson json;
    OnStart onStart;
};

/// A Configuration while it is filled: the checker enters an instance before its keys.
struct Draft
{
    Configuration configuration;
    PluginSettings *plugin = nullptr;
    ExecutorSettings *executor = nullptr;
    SessionSettings *session = nullptr;
};

struct RefusedValue
{
    const char *value = nullptr;
    const char *help = nullptr;
};

/// One key of the configuration: everything that is known about it, in one place.
struct KeyRow
{
    const char *path; ///< Steps joined by "."; "*" stands for a name that the user chooses.
    KeyType type;
    const char *doc; ///< One sentence.
    bool required = false;
    const char *byDefault = nullptr;           ///< As the user would write it; null: the key has no default.
    std::span<const char *const> choices = {}; ///< Of a Path: words that stand for no path.
    RefusedValue notServed = {}; ///< A choice that is planned for a later version; of a key, only what to do.
    const char *least = nullptr; ///< As the user would write it.
    const char *most = nullptr;
    KeyForm keyForm = KeyForm::Name;
    /// For the reference page, as the user would write it; of a NamedMapping the name of an instance. Null: the
    /// default, or the first choice.
    const char *example = nullptr;
    const char *shortFor = nullptr; ///< Mapping: a plain value here stands for that key below it.
    void (*store)(Draft &draft, const CheckedValue &value) = nullptr;
};

/// The row's example, or what stands in for it; null for a Mapping.
const char *exampleOf(const KeyRow &row);

/// All keys; a key stands behind the mapping that holds it.
std::span<const KeyRow> keyTable();

/// The table by steps, for walking it beside a file.
struct KeyNode
{
    QByteArray step;
    const KeyRow *row = nullptr; ///< Null at the root.
    std::vector<KeyNode> below;

    const KeyNode *find(const QByteArray &key) const; ///< Exactly that step.
    const KeyNode *any() const { return find("*"); }
    /// The keys that a file may have here, those of later versions left out.
    QByteArrayList servedKeys() const;
};
const KeyNode &keyTree();

} // namespace burrow
