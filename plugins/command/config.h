// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace command {

// An instance's configuration; the manifest says what each field is for.
struct Config
{
    std::vector<std::string> argv;
    std::string cwd;
    std::vector<std::string> envAllow = {"PATH", "HOME", "LANG"};
    std::map<std::string, std::string> env;
    std::optional<std::chrono::milliseconds> timeout;
    std::chrono::milliseconds grace = std::chrono::milliseconds(2000);
    uint64_t maxOutputBytes = 8 * 1024 * 1024;
    int cancelSignal = 0; // 0 = a boundary cancel lets the program finish
};

// Throws plugin_support::ConfigError.
Config parseConfig(std::string_view json);

} // namespace command
