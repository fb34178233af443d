// SPDX-License-Identifier: Apache-2.0

#include "support/json_fields.h"

namespace plugin_support {

Json parseJson(std::string_view text, const std::string &where)
{
    if (text.empty())
        return Json::object();
    try {
        return Json::parse(text);
    } catch (const Json::parse_error &error) {
        throw ConfigError(where + " is not valid JSON: " + error.what());
    }
}

JsonFields::JsonFields(const Json &object, std::string where)
    : m_object(object)
    , m_where(std::move(where))
{
    if (!m_object.is_object())
        throw ConfigError(m_where + " must be a JSON object.");
}

const Json *JsonFields::value(const char *key)
{
    m_known.insert(key);
    const auto found = m_object.find(key);
    return found == m_object.end() ? nullptr : &*found;
}

std::optional<std::string> JsonFields::text(const char *key)
{
    const Json *field = value(key);
    if (!field)
        return std::nullopt;
    if (!field->is_string())
        refuse(key, "must be a string");
    return field->get<std::string>();
}

std::optional<bool> JsonFields::flag(const char *key)
{
    const Json *field = value(key);
    if (!field)
        return std::nullopt;
    if (!field->is_boolean())
        refuse(key, "must be true or false");
    return field->get<bool>();
}

std::optional<int64_t> JsonFields::integer(const char *key, int64_t minimum)
{
    const Json *field = value(key);
    if (!field)
        return std::nullopt;
    if (!field->is_number_integer() || field->get<int64_t>() < minimum)
        refuse(key, "must be a whole number, at least " + std::to_string(minimum));
    return field->get<int64_t>();
}

std::optional<std::vector<std::string>> JsonFields::texts(const char *key)
{
    const Json *field = value(key);
    if (!field)
        return std::nullopt;
    if (!field->is_array())
        refuse(key, "must be a list of strings");
    std::vector<std::string> texts;
    for (const Json &element : *field) {
        if (!element.is_string())
            refuse(key, "must be a list of strings");
        texts.push_back(element.get<std::string>());
    }
    return texts;
}

void JsonFields::refuseOthers() const
{
    for (const auto &member : m_object.items()) {
        if (!m_known.contains(member.key()))
            throw ConfigError(m_where + " has the unknown key \"" + member.key() + "\".");
    }
}

void JsonFields::refuse(const char *key, const std::string &what) const
{
    throw ConfigError("\"" + std::string(key) + "\" in " + m_where + " " + what + ".");
}

} // namespace plugin_support
