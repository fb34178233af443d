// SPDX-License-Identifier: Apache-2.0
#include "config/key_table.h"

#include "base/assert.h"

#include <algorithm>

namespace burrow {

namespace {

template <typename Enum, std::size_t Count>
Enum chosen(const EnumNames<Enum, Count> &names, const CheckedValue &value)
{
    const std::optional<Enum> parsed = names.parse(value.text);
    BURROW_ASSERT(parsed.has_value());
    return *parsed;
}

// clang-format off
constexpr KeyRow rows[] = {
    {.path = "version", .type = KeyType::Count, .doc = "The version of the file's form; it is 1.", .required = true,
     .least = "1", .example = "1", .store = [](Draft &, const CheckedValue &) {}},

    {.path = "host", .type = KeyType::Mapping, .doc = "The host itself."},
    {.path = "host.name", .type = KeyType::Name, .doc = "What the host is called in messages.", .byDefault = "burrow",
     .store = [](Draft &d, const CheckedValue &v) { d.configuration.host.name = v.text; }},
    {.path = "host.data_dir", .type = KeyType::Path,
     .doc = "Where the host keeps its files; by default in $XDG_STATE_HOME where that is set.",
     .byDefault = "~/.local/state/burrow", .example = "/var/lib/burrow",
     .store = [](Draft &d, const CheckedValue &v) { d.configuration.host.dataDirectory = v.path; }},
    {.path = "host.shutdown_timeout", .type = KeyType::Timespan,
     .doc = "How long a shutdown waits for running work.", .byDefault = "20s", .least = "100ms", .most = "1h",
     .store = [](Draft &d, const CheckedValue &v) { d.configuration.host.shutdownTimeout = v.duration; }},

    {.path = "control", .type = KeyType::Mapping, .doc = "How other programs reach the host."},
    {.path = "control.socket", .type = KeyType::Path,
     .doc = "The socket that the host is controlled by: a path, auto (burrow/NAME.sock in $XDG_RUNTIME_DIR, or in ~/.local/state/burrow/run where that is not set; NAME is host.name), or off.",
     .byDefault = "auto", .choices = socketWords,
     .store = [](Draft &d, const CheckedValue &v) { d.configuration.control.socket = {v.path, v.place, v.secret}; }},
    {.path = "control.http", .type = KeyType::NotServed, .doc = "The same over HTTP."},

    {.path = "store", .type = KeyType::Mapping, .doc = "Where sessions and inputs are kept."},
    {.path = "store.kind", .type = KeyType::Choice, .doc = "What keeps them: a file, or the memory of the host.", .byDefault = "sqlite",
     .choices = storeKindName.names,
     .store = [](Draft &d, const CheckedValue &v) { d.configuration.store.kind = chosen(storeKindName, v); }},
    {.path = "store.path", .type = KeyType::DataPath, .doc = "The database file; relative to host.data_dir.",
     .byDefault = "burrow.db",
     .store = [](Draft &d, const CheckedValue &v) { d.configuration.store.path = v.path; }},
    {.path = "store.stall_limit", .type = KeyType::Timespan,
     .doc = "How long a write may take until the store counts as stalled.", .byDefault = "30s", .least = "1s",
     .store = [](Draft &d, const CheckedValue &v) { d.configuration.store.stallLimit = v.duration; }},
    {.path = "store.retention", .type = KeyType::Mapping, .doc = "How long what is finished is kept."},
    {.path = "store.retention.keys", .type = KeyType::Timespan,
     .doc = "How long an idempotency key is remembered.", .byDefault = "24h", .least = "1s",
     .store = [](Draft &d, const CheckedValue &v) { d.configuration.store.retention.keys = v.duration; }},
    {.path = "store.retention.inputs", .type = KeyType::Timespan,
     .doc = "How long finished inputs are kept.", .byDefault = "30d", .least = "1s",
     .store = [](Draft &d, const CheckedValue &v) { d.configuration.store.retention.inputs = v.duration; }},
    {.path = "store.retention.events", .type = KeyType::Timespan,
     .doc = "How long events are kept.", .byDefault = "30d", .least = "1s",
     .store = [](Draft &d, const CheckedValue &v) { d.configuration.store.retention.events = v.duration; }},

    {.path = "limits", .type = KeyType::Mapping, .doc = "Bounds that keep one session from harming the others."},
    {.path = "limits.sessions", .type = KeyType::Count, .doc = "How many sessions the host carries.",
     .byDefault = "1000000", .least = "1", .most = "1000000",
     .store = [](Draft &d, const CheckedValue &v) { d.configuration.limits.sessions = v.number; }},
    {.path = "limits.queue_per_session", .type = KeyType::Count, .doc = "How many inputs wait for one session.",
     .byDefault = "100", .least = "1", .most = "1000000",
     .store = [](Draft &d, const CheckedValue &v) { d.configuration.limits.queuePerSession = v.number; }},
    {.path = "limits.turn_timeout", .type = KeyType::Timespan,
     .doc = "How long an executor may work on one turn.", .byDefault = "30m", .least = "1ms", .most = "365d",
     .store = [](Draft &d, const CheckedValue &v) { d.configuration.limits.turnTimeout = v.duration; }},
    {.path = "limits.output_per_turn", .type = KeyType::Size, .doc = "How much one turn may answer.",
     .byDefault = "8MiB", .least = "1KiB", .most = "1GiB",
     .store = [](Draft &d, const CheckedValue &v) { d.configuration.limits.outputPerTurnBytes = v.number; }},

    {.path = "logging", .type = KeyType::Mapping, .doc = "What is logged."},
    {.path = "logging.level", .type = KeyType::Choice, .doc = "The least severity that is logged; without it info in a file, in the journal and in JSON, else warning.",
     .choices = logLevelName.names,
     .store = [](Draft &d, const CheckedValue &v) { d.configuration.logging.level = chosen(logLevelName, v); }},
    {.path = "logging.categories", .type = KeyType::NamedMapping,
     .doc = "Levels of single categories, such as burrow.plugin.", .keyForm = KeyForm::Word,
     .example = "burrow.plugin"},
    {.path = "logging.categories.*", .type = KeyType::Choice, .doc = "The least severity for this category.",
     .choices = logLevelName.names,
     .store = [](Draft &d, const CheckedValue &v) {
         d.configuration.logging.categories[v.name] = {chosen(logLevelName, v), v.keyPlace};
     }},
    {.path = "logging.format", .type = KeyType::Choice,
     .doc = "How records look: lines of text (with auto also the priorities that the journal understands), or of JSON.",
     .byDefault = "auto", .choices = logFormatName.names,
     .store = [](Draft &d, const CheckedValue &v) { d.configuration.logging.format = chosen(logFormatName, v); }},
    {.path = "logging.file", .type = KeyType::DataPath,
     .doc = "The file that records are appended to, relative to host.data_dir; without it they go to stderr.",
     .example = "burrow.log",
     .store = [](Draft &d, const CheckedValue &v) { d.configuration.logging.file = {v.path, v.place, v.secret}; }},

    {.path = "security", .type = KeyType::Mapping, .doc = "What the host trusts."},
    {.path = "security.plugin_dirs", .type = KeyType::PathList,
     .doc = "Directories that are searched for plugins, before those that the host knows.",
     .example = "[ plugins, /opt/burrow/plugins ]",
     .store = [](Draft &d, const CheckedValue &v) { d.configuration.pluginDirectories = v.paths; }},
    {.path = "security.allow_cmd_secrets", .type = KeyType::NotServed, .doc = "Whether ${cmd:…} is allowed.",
     .notServed = {.help = "remove it; ${env:X} and ${file:path} bring secrets in"}},
    {.path = "security.trust", .type = KeyType::NotServed, .doc = "Whose plugins are loaded.",
     .notServed = {.help = "remove it; security.plugin_dirs says where plugins are taken from"}},
    {.path = "security.env_allow", .type = KeyType::NotServed, .doc = "Variables that plugins see.",
     .notServed = {.help = "remove it; the plugin \"command\" has an env_allow of its own, in executors.NAME.config"}},

    {.path = "plugins", .type = KeyType::NamedMapping, .doc = "Settings of single plugins, by id.",
     .example = "acme-exec"},
    {.path = "plugins.*", .type = KeyType::Mapping, .doc = "One plugin.",
     .store = [](Draft &d, const CheckedValue &v) {
         d.plugin = &d.configuration.plugins[v.name];
         d.plugin->place = v.keyPlace;
     }},
    {.path = "plugins.*.enabled", .type = KeyType::Flag, .doc = "Whether the plugin may be used.",
     .byDefault = "true",
     .store = [](Draft &d, const CheckedValue &v) { d.plugin->enabled = v.flag; }},
    {.path = "plugins.*.path", .type = KeyType::Path,
     .doc = "The plugin's library; without it the plugin directories are searched.",
     .example = "./libacme-exec.so",
     .store = [](Draft &d, const CheckedValue &v) { d.plugin->path = {v.path, v.place, v.secret}; }},
    {.path = "plugins.*.isolation", .type = KeyType::Choice, .doc = "Whether it runs in the host's process; without it as its manifest says.",
     .choices = isolationName.names, .notServed = {"process", "use in_process"},
     .store = [](Draft &d, const CheckedValue &v) { d.plugin->isolation = chosen(isolationName, v); }},
    {.path = "plugins.*.inline", .type = KeyType::Flag,
     .doc = "Whether a plugin that never blocks runs on the session's own thread.", .byDefault = "false",
     .store = [](Draft &d, const CheckedValue &v) { d.plugin->runInline = v.flag; }},
    {.path = "plugins.*.crash_policy", .type = KeyType::Mapping, .doc = "When a plugin that crashes the host is put away."},
    {.path = "plugins.*.crash_policy.quarantine_after", .type = KeyType::Count,
     .doc = "How many crashes are one too many.", .byDefault = "2", .least = "1", .most = "16",
     .store = [](Draft &d, const CheckedValue &v) { d.plugin->crashPolicy.quarantineAfter = v.number; }},
    {.path = "plugins.*.crash_policy.within", .type = KeyType::Timespan,
     .doc = "How close together they must be to count.", .byDefault = "10m", .least = "1s", .most = "365d",
     .store = [](Draft &d, const CheckedValue &v) { d.plugin->crashPolicy.within = v.duration; }},

    {.path = "executors", .type = KeyType::NamedMapping, .doc = "Kinds of executors, by name.",
     .example = "greeting"},
    {.path = "executors.*", .type = KeyType::Mapping, .doc = "A plugin with its configuration.",
     .store = [](Draft &d, const CheckedValue &v) {
         d.executor = &d.configuration.executors[v.name];
         d.executor->place = v.keyPlace;
         d.executor->config.place = v.keyPlace;
     }},
    {.path = "executors.*.plugin", .type = KeyType::Name, .doc = "The id of the plugin.", .required = true,
     .example = "echo",
     .store = [](Draft &d, const CheckedValue &v) { d.executor->plugin = {v.text, v.place, v.secret}; }},
    {.path = "executors.*.config", .type = KeyType::AnyMapping, .doc = "What the plugin gets; see its manifest.",
     .example = "{ prefix: \"Good day, \" }",
     .store = [](Draft &d, const CheckedValue &v) { d.executor->config = v.json; }},

    {.path = "sessions", .type = KeyType::NamedMapping, .doc = "The sessions that exist from the start, by name.",
     .example = "night-audit"},
    {.path = "sessions.*", .type = KeyType::Mapping, .doc = "One session.",
     .store = [](Draft &d, const CheckedValue &v) {
         d.session = &d.configuration.sessions[v.name];
         d.session->place = v.keyPlace;
     }},
    {.path = "sessions.*.executor", .type = KeyType::Name, .doc = "The name of its executor.", .required = true,
     .example = "greeting",
     .store = [](Draft &d, const CheckedValue &v) { d.session->executor = {v.text, v.place, v.secret}; }},
    {.path = "sessions.*.labels", .type = KeyType::NamedMapping, .doc = "Words to filter by.",
     .keyForm = KeyForm::Word, .example = "team"},
    {.path = "sessions.*.labels.*", .type = KeyType::Text, .doc = "The label's value.", .example = "ops",
     .store = [](Draft &d, const CheckedValue &v) { d.session->labels[v.name] = v.text; }},
    {.path = "sessions.*.on_start", .type = KeyType::OnStart,
     .doc = "What the session is given once, when it first starts: text, a list of texts, or {file: path}.",
     .example = "[ \"read the log\", \"then rest\" ]",
     .store = [](Draft &d, const CheckedValue &v) { d.session->onStart = v.onStart; }},
    {.path = "sessions.*.retry", .type = KeyType::Mapping, .doc = "What follows a failed run."},
    {.path = "sessions.*.retry.backoff", .type = KeyType::Timespan,
     .doc = "How long the first retry waits.", .byDefault = "1s", .least = "1ms", .most = "1m",
     .store = [](Draft &d, const CheckedValue &v) { d.session->retryBackoff = v.duration; }},
    {.path = "sessions.*.stop", .type = KeyType::Mapping, .doc = "How the session is stopped."},
    {.path = "sessions.*.stop.grace", .type = KeyType::Timespan,
     .doc = "How long a run may finish after a stop.", .byDefault = "10s", .least = "1ms", .most = "1h",
     .store = [](Draft &d, const CheckedValue &v) { d.session->stopGrace = v.duration; }},
    {.path = "sessions.*.restart", .type = KeyType::Mapping,
     .doc = "Whether an executor that died is made again: a policy, or a mapping.", .shortFor = "policy"},
    {.path = "sessions.*.restart.policy", .type = KeyType::Choice,
     .doc = "After which ending it is made again.", .byDefault = "on_failure", .choices = restartPolicyName.names,
     .store = [](Draft &d, const CheckedValue &v) { d.session->restart.policy = chosen(restartPolicyName, v); }},
    {.path = "sessions.*.restart.backoff", .type = KeyType::Timespan,
     .doc = "How long the first restart waits; each further one waits twice as long, at most 1m.",
     .byDefault = "1s", .least = "1ms", .most = "1m",
     .store = [](Draft &d, const CheckedValue &v) { d.session->restart.backoff = v.duration; }},
    {.path = "sessions.*.restart.max", .type = KeyType::Count,
     .doc = "How often it is made again within the window until it is given up.", .byDefault = "5", .least = "1",
     .most = "100",
     .store = [](Draft &d, const CheckedValue &v) { d.session->restart.most = static_cast<quint32>(v.number); }},
    {.path = "sessions.*.restart.within", .type = KeyType::Timespan,
     .doc = "The window in which restarts are counted.", .byDefault = "10m", .least = "1s", .most = "365d",
     .store = [](Draft &d, const CheckedValue &v) { d.session->restart.window = v.duration; }},
    {.path = "sessions.*.keep_alive", .type = KeyType::NotServed, .doc = "Whether the executor stays when idle."},
    {.path = "sessions.*.approvals", .type = KeyType::NotServed, .doc = "How approvals are handled."},

    {.path = "include", .type = KeyType::Includes,
     .doc = "Further files, by path or pattern, from where this file is; what they say counts more, the last one most.",
     .example = "[ \"conf.d/*.yaml\" ]",
     .store = [](Draft &, const CheckedValue &) {}},

    {.path = "telemetry", .type = KeyType::NotServed, .doc = "Metrics and traces."},
    {.path = "drains", .type = KeyType::NotServed, .doc = "Where messages come from."},
    {.path = "approvals", .type = KeyType::NotServed, .doc = "Rules for approvals."},
    {.path = "profiles", .type = KeyType::NotServed, .doc = "Named sets of changes."},
};
// clang-format on

KeyNode makeTree()
{
    KeyNode root;
    for (const KeyRow &row : rows) {
        KeyNode *node = &root;
        const QByteArrayList steps = QByteArray(row.path).split('.');
        for (const QByteArray &step : steps.first(steps.size() - 1)) {
            const auto below = std::find_if(node->below.begin(), node->below.end(),
                                            [&step](const KeyNode &each) { return each.step == step; });
            BURROW_ASSERT(below != node->below.end());
            node = &*below;
        }
        node->below.push_back({steps.last(), &row, {}});
    }
    return root;
}

} // namespace

const char *exampleOf(const KeyRow &row)
{
    if (row.example)
        return row.example;
    if (row.byDefault)
        return row.byDefault;
    return row.choices.empty() ? nullptr : row.choices.front();
}

std::span<const KeyRow> keyTable()
{
    return rows;
}

const KeyNode *KeyNode::find(const QByteArray &key) const
{
    const auto found =
        std::find_if(below.begin(), below.end(), [&key](const KeyNode &each) { return each.step == key; });
    return found == below.end() ? nullptr : &*found;
}

QByteArrayList KeyNode::servedKeys() const
{
    QByteArrayList keys;
    for (const KeyNode &each : below) {
        if (each.row->type != KeyType::NotServed && each.step != "*")
            keys.append(each.step);
    }
    return keys;
}

const KeyNode &keyTree()
{
    static const KeyNode tree = makeTree();
    return tree;
}

} // namespace burrow
