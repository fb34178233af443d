// SPDX-License-Identifier: Apache-2.0

#include "script.h"

#include "directive.h"

#include <fstream>
#include <iterator>

namespace scripted {

using plugin_support::ConfigError;
using plugin_support::Json;
using plugin_support::JsonFields;

Script Script::parse(std::string_view json)
{
    Script script;
    const std::string where = "the configuration of scripted";
    script.read(plugin_support::parseJson(json, where), where);
    return script;
}

void Script::read(const Json &json, const std::string &where)
{
    JsonFields fields(json, where);
    if (const auto path = fields.text("file"))
        readFile(*path);
    if (const Json *steps = fields.value("script"))
        readSteps(*steps, where);
    if (const auto repeat = fields.text("repeat")) {
        if (*repeat != "last" && *repeat != "loop")
            fields.refuse("repeat", "must be last or loop");
        m_repeat = *repeat == "last" ? Repeat::Last : Repeat::Loop;
    }
    m_obeysDirectives = fields.flag("directives").value_or(m_obeysDirectives);
    fields.refuseOthers();
}

void Script::readFile(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw ConfigError("The script " + path + " cannot be read.");
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const Json json = plugin_support::parseJson(text, path);
    if (json.is_array()) {
        readSteps(json, path);
        return;
    }
    if (json.is_object() && json.contains("file"))
        throw ConfigError(path + " must not name a further file.");
    read(json, path);
}

void Script::readSteps(const Json &json, const std::string &where)
{
    if (!json.is_array())
        throw ConfigError("\"script\" in " + where + " must be a list of steps.");
    for (const Json &step : json)
        m_steps.push_back(parseStep(step, "step " + std::to_string(m_steps.size() + 1) + " of " + where));
}

Step Script::next(std::string_view input)
{
    if (m_obeysDirectives && input.starts_with('!'))
        return parseDirective(input);
    if (m_steps.empty())
        return Step();
    if (m_place == m_steps.size() && m_repeat == Repeat::Loop)
        m_place = 0;
    if (m_place < m_steps.size())
        return m_steps[m_place++];
    if (m_repeat == Repeat::Last)
        return m_steps.back();
    Step refusal;
    refusal.refuse = BURROW_EXHAUSTED;
    return refusal;
}

} // namespace scripted
