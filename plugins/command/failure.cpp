// SPDX-License-Identifier: Apache-2.0

#include "failure.h"

#include <nlohmann/json.hpp>

#include <sys/wait.h>
#include <sysexits.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace command {

namespace {

using Json = nlohmann::json;

std::string messageFor(const std::string &program, const std::string &what, const std::string &errorTail)
{
    std::string message = "\"" + program + "\" " + what + ".";
    if (!errorTail.empty())
        message += " The end of its stderr:\n" + errorTail;
    return message;
}

// Names from the configuration and stderr are UTF-8 by now, but a dump must not throw over it.
std::string dump(const Json &json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json details(const std::string &program, const std::string &errorTail)
{
    return {{"argv0", program}, {"stderr", errorTail}};
}

std::string signalName(int number)
{
    const char *name = ::sigabbrev_np(number);
    return name ? "SIG" + std::string(name) : "signal " + std::to_string(number);
}

} // namespace

Failure spawnFailure(const std::string &program, const char *stage, int error)
{
    Failure failure;
    failure.cause = BURROW_CAUSE_EXECUTOR_CONTROL_FAILED;
    failure.status = error == ENOENT || error == ENOTDIR ? BURROW_NOT_FOUND
                     : error == EACCES || error == EPERM ? BURROW_DENIED
                                                         : BURROW_UNAVAILABLE;
    failure.flags = failure.status == BURROW_UNAVAILABLE ? BURROW_ERROR_RETRYABLE : BURROW_ERROR_USER_FAULT;
    const std::string reason = std::generic_category().message(error);
    failure.message = messageFor(program, "could not be started: " + std::string(stage) + ": " + reason, "");
    failure.detailsJson = dump({{"argv0", program}, {"stage", stage}, {"errno", error}});
    return failure;
}

Failure exitFailure(const std::string &program, int waitStatus, const std::string &errorTail)
{
    Failure failure;
    Json json = details(program, errorTail);
    if (WIFSIGNALED(waitStatus)) {
        const int number = WTERMSIG(waitStatus);
        failure.message = messageFor(program, "was ended by " + signalName(number), errorTail);
        json["signal"] = number;
    } else {
        const int status = WEXITSTATUS(waitStatus);
        failure.message = messageFor(program, "exited with status " + std::to_string(status), errorTail);
        failure.flags = status == EX_TEMPFAIL ? BURROW_ERROR_RETRYABLE : 0;
        json["exit_status"] = status;
    }
    failure.detailsJson = dump(json);
    return failure;
}

Failure timeoutFailure(const std::string &program, long long milliseconds, const std::string &errorTail)
{
    Failure failure;
    failure.status = BURROW_TIMEOUT;
    failure.flags = BURROW_ERROR_RETRYABLE;
    failure.message =
        messageFor(program, "did not end within " + std::to_string(milliseconds) + " ms", errorTail);
    Json json = details(program, errorTail);
    json["timeout_ms"] = milliseconds;
    failure.detailsJson = dump(json);
    return failure;
}

Failure outputFailure(const std::string &program, unsigned long long limit, const std::string &errorTail)
{
    Failure failure;
    failure.status = BURROW_TOO_LARGE;
    failure.message = messageFor(program, "wrote more than " + std::to_string(limit) + " bytes", errorTail);
    Json json = details(program, errorTail);
    json["max_output_bytes"] = limit;
    failure.detailsJson = dump(json);
    return failure;
}

Failure supervisorFailure(const std::string &program, const std::string &errorTail)
{
    Failure failure;
    failure.status = BURROW_UNAVAILABLE;
    failure.cause = BURROW_CAUSE_EXECUTOR_CONTROL_FAILED;
    failure.flags = BURROW_ERROR_RETRYABLE;
    failure.message = messageFor(program, "lost its supervisor and was killed", errorTail);
    failure.detailsJson = dump(details(program, errorTail));
    return failure;
}

} // namespace command
