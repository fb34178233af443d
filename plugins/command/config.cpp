// SPDX-License-Identifier: Apache-2.0

#include "config.h"

#include "support/json_fields.h"

#include <algorithm>
#include <csignal>

namespace command {

using plugin_support::Json;
using plugin_support::JsonFields;

namespace {

const std::map<std::string, int> signalsByName = {
    {"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT},
    {"TERM", SIGTERM}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2},
};

bool hasNul(const std::string &text)
{
    return text.find('\0') != std::string::npos;
}

// The system would end an argument at its first NUL and so run something else than what was written.
void readArgv(JsonFields &fields, Config &config)
{
    config.argv = fields.texts("argv").value_or(std::vector<std::string>());
    if (config.argv.empty() || config.argv.front().empty())
        fields.refuse("argv", "must name a program");
    if (std::any_of(config.argv.begin(), config.argv.end(), hasNul))
        fields.refuse("argv", "must not contain a NUL character");
    config.cwd = fields.text("cwd").value_or(std::string());
    if (hasNul(config.cwd))
        fields.refuse("cwd", "must not contain a NUL character");
}

void readEnvironment(JsonFields &fields, Config &config)
{
    config.envAllow = fields.texts("env_allow").value_or(config.envAllow);
    const Json *env = fields.value("env");
    if (!env)
        return;
    if (!env->is_object())
        fields.refuse("env", "must be an object of strings");
    for (const auto &member : env->items()) {
        if (!member.value().is_string())
            fields.refuse("env", "must be an object of strings");
        const std::string value = member.value().get<std::string>();
        const std::string &name = member.key();
        if (name.empty() || name.find('=') != std::string::npos || hasNul(name) || hasNul(value))
            fields.refuse("env", "has a name or a value that no environment can hold");
        config.env[name] = value;
    }
}

void readLimits(JsonFields &fields, Config &config)
{
    constexpr int64_t longest = int64_t(1000) * 60 * 60 * 24 * 365;
    const auto milliseconds = [&](const char *key, int64_t minimum) {
        const auto value = fields.integer(key, minimum);
        if (value && *value > longest)
            fields.refuse(key, "must be at most a year");
        return value;
    };
    if (const auto timeout = milliseconds("timeout_ms", 1))
        config.timeout = std::chrono::milliseconds(*timeout);
    if (const auto grace = milliseconds("grace_ms", 0))
        config.grace = std::chrono::milliseconds(*grace);
    if (const auto bytes = fields.integer("max_output_bytes", 1))
        config.maxOutputBytes = static_cast<uint64_t>(*bytes);
}

} // namespace

Config parseConfig(std::string_view json)
{
    const Json object = plugin_support::parseJson(json, "the configuration of command");
    JsonFields fields(object, "the configuration of command");
    Config config;
    readArgv(fields, config);
    readEnvironment(fields, config);
    readLimits(fields, config);
    if (const auto name = fields.text("cancel_signal")) {
        const auto found = signalsByName.find(*name);
        if (found == signalsByName.end())
            fields.refuse("cancel_signal", "must be one of HUP, INT, QUIT, TERM, USR1, USR2");
        config.cancelSignal = found->second;
    }
    fields.refuseOthers();
    return config;
}

} // namespace command
