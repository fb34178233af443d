// SPDX-License-Identifier: Apache-2.0

#include "environment.h"

#include <cstdlib>
#include <map>

namespace command {

std::vector<std::string> environmentFor(const Config &config, const RunRequest &request)
{
    std::map<std::string, std::string> variables;
    for (const std::string &name : config.envAllow) {
        if (const char *value = std::getenv(name.c_str()))
            variables[name] = value;
    }
    for (const auto &[name, value] : config.env)
        variables[name] = value;
    variables["BURROW_SESSION"] = request.sessionId;
    variables["BURROW_RUN_ID"] = request.runId;
    variables["BURROW_INPUT_IDS"] = request.inputIds;
    variables["BURROW_IDEMPOTENCY_KEYS"] = request.idempotencyKeys;
    variables["BURROW_ATTEMPT"] = std::to_string(request.attempt);

    std::vector<std::string> environment;
    for (const auto &[name, value] : variables)
        environment.push_back(name + "=" + value);
    return environment;
}

void appendListElement(std::string &list, std::string_view element, bool first)
{
    if (!first)
        list += ',';
    for (const char byte : element) {
        switch (byte) {
        case ',':
            list += "%2C";
            break;
        case '%':
            list += "%25";
            break;
        case '\0':
            list += "%00";
            break;
        default:
            list += byte;
        }
    }
}

} // namespace command
