// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "burrow/abi.h"

#include <string>

namespace command {

// Why a run failed, as the host is told.
struct Failure
{
    int32_t status = BURROW_INTERNAL;
    int32_t cause = BURROW_CAUSE_RUNTIME_TURN;
    uint32_t flags = 0;
    std::string message;
    std::string detailsJson;
};

// How the program ended. Each message names argv[0] and ends in `errorTail`, the last lines of its stderr.
Failure spawnFailure(const std::string &program, const char *stage, int error);
Failure exitFailure(const std::string &program, int waitStatus, const std::string &errorTail);
Failure timeoutFailure(const std::string &program, long long milliseconds, const std::string &errorTail);
Failure outputFailure(const std::string &program, unsigned long long limit, const std::string &errorTail);
Failure supervisorFailure(const std::string &program, const std::string &errorTail);

} // namespace command
