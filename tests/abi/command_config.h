// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace test {

using Json = nlohmann::json;

// Configurations of the command plugin: a program, and the same through a shell.
inline std::string config(const std::vector<std::string> &argv, Json more = Json::object())
{
    more["argv"] = argv;
    return more.dump();
}

inline std::string shell(const std::string &script, Json more = Json::object())
{
    return config({"sh", "-c", script}, std::move(more));
}

inline bool contains(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

} // namespace test
