// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "step.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace scripted {

// An instance's configuration, and its place in the script.
class Script
{
public:
    // Reads the configuration, and the file it may name. Throws plugin_support::ConfigError.
    static Script parse(std::string_view json);

    // The step for an input. A directive does not move the place in the script. Throws
    // plugin_support::ConfigError on a directive that cannot be read.
    Step next(std::string_view input);

private:
    enum class Repeat { Never, Last, Loop };

    void read(const plugin_support::Json &json, const std::string &where);
    void readFile(const std::string &path);
    void readSteps(const plugin_support::Json &json, const std::string &where);

    std::vector<Step> m_steps;
    size_t m_place = 0;
    Repeat m_repeat = Repeat::Never;
    bool m_obeysDirectives = false;
};

} // namespace scripted
