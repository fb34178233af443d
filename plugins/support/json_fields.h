// SPDX-License-Identifier: Apache-2.0
//
// Reads the fields of one JSON object, each with the type it must have, and refuses what is not read.

#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace plugin_support {

using Json = nlohmann::json;

// What is wrong with a configuration, as a sentence for the person who wrote it.
class ConfigError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// Parses `text`, which `where` names in messages. Empty text is an empty object.
Json parseJson(std::string_view text, const std::string &where);

// Reading a field that is absent gives nothing; one of another type throws ConfigError. `object` must outlive
// this.
class JsonFields
{
public:
    JsonFields(const Json &object, std::string where);

    std::optional<std::string> text(const char *key);
    std::optional<bool> flag(const char *key);
    std::optional<int64_t> integer(const char *key, int64_t minimum);
    std::optional<std::vector<std::string>> texts(const char *key);
    const Json *value(const char *key); // any type; null = absent

    // Throws if the object has a field that was not asked for.
    void refuseOthers() const;

    [[noreturn]] void refuse(const char *key, const std::string &what) const;

private:
    const Json &m_object;
    std::string m_where;
    std::set<std::string> m_known;
};

} // namespace plugin_support
