// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/enum_names.h"
#include "base/time.h"
#include "config/json_value.h"
#include "model/restart_rule.h"
#include "port/plugin_catalog.h"

#include <QStringList>

#include <map>
#include <optional>
#include <vector>

/// A configuration file as typed values. The meaning, bounds and default of every key stand in key_table.cpp;
/// places are kept where a later check may have something to say.
namespace burrow {

enum class StoreKind : quint8 { Memory, Sqlite };
inline constexpr EnumNames<StoreKind, 2> storeKindName{{"memory", "sqlite"}};

enum class LogLevel : quint8 { Debug, Info, Warning, Error };
inline constexpr EnumNames<LogLevel, 4> logLevelName{{"debug", "info", "warning", "error"}};

enum class LogFormat : quint8 {
    Auto, ///< Text, and for the journal with its priorities.
    Text,
    Json,
};
inline constexpr EnumNames<LogFormat, 3> logFormatName{{"auto", "text", "json"}};

struct HostSettings
{
    QByteArray name;
    QString dataDirectory; ///< Empty when none was given and there is no home directory.
    Duration shutdownTimeout{};
};

/// What stands for no path: the place that clients know, and no socket at all.
inline constexpr std::array socketWords{"auto", "off"};

struct ControlSettings
{
    Placed<QString> socket; ///< A path, or one of socketWords.
};

struct RetentionSettings
{
    Duration keys{};
    Duration inputs{};
    Duration events{};
};

struct StoreSettings
{
    StoreKind kind = StoreKind::Sqlite;
    QString path; ///< Empty when none was given and there is no data directory.
    Duration stallLimit{};
    RetentionSettings retention;
};

struct LimitSettings
{
    qint64 sessions = 0;
    qint64 queuePerSession = 0;
    Duration turnTimeout{};
    qint64 outputPerTurnBytes = 0;
};

struct LoggingSettings
{
    std::optional<LogLevel> level; ///< Unset: as much as suits where the records go.
    LogFormat format = LogFormat::Auto;
    Placed<QString> file;                              ///< Empty: stderr.
    std::map<QByteArray, Placed<LogLevel>> categories; ///< The place is that of the category's name.
};

/// When a plugin that crashes the host is put away.
struct CrashPolicySettings
{
    qint64 quarantineAfter = 0;
    Duration within{};
};

struct PluginSettings
{
    Place place; ///< Of the plugin's id.
    bool enabled = true;
    Placed<QString> path;               ///< Empty: the plugin directories are searched.
    std::optional<Isolation> isolation; ///< Unset: as the plugin itself wishes.
    bool runInline = false;             ///< The key `inline`.
    CrashPolicySettings crashPolicy;
};

struct ExecutorSettings
{
    Place place; ///< Of the executor's name.
    Placed<QByteArray> plugin;
    PlacedJson config;
};

/// What is submitted to a session once, when it first starts: texts, or the inputs of a file.
struct OnStart
{
    std::vector<Placed<QByteArray>> texts;
    Placed<QString> file; ///< Empty when texts are given, or nothing.
};

struct SessionSettings
{
    Place place; ///< Of the session's name.
    Placed<QByteArray> executor;
    std::map<QByteArray, QByteArray> labels;
    OnStart onStart;
    Duration retryBackoff{};
    Duration stopGrace{};
    RestartRule restart;
};

struct Configuration
{
    QString file; ///< As it was named by whoever loads it.
    HostSettings host;
    ControlSettings control;
    StoreSettings store;
    LimitSettings limits;
    LoggingSettings logging;
    std::vector<Placed<QString>> pluginDirectories; ///< Searched before the directories that the host knows.
    std::map<QByteArray, PluginSettings> plugins;
    std::map<QByteArray, ExecutorSettings> executors;
    std::map<QByteArray, SessionSettings> sessions;
};

} // namespace burrow
