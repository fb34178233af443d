// SPDX-License-Identifier: Apache-2.0
#include "plugin/status_words.h"

#include <burrow/abi.h>

#include <array>

namespace burrow {

namespace {

constexpr std::array<const char *, 21> statusNames{
    "OK",        "INVALID",      "UNIMPLEMENTED", "STALE",     "WOULD_BLOCK", "CANCELLED", "CLOSED",
    "BAD_STATE", "INCOMPATIBLE", "UNAVAILABLE",   "TIMEOUT",   "DENIED",      "NOT_FOUND", "DUPLICATE",
    "TOO_LARGE", "CONFLICT",     "BUSY",          "EXHAUSTED", "CONFIG",      "IO",        "INTERNAL"};
static_assert(statusNames.size() == 1 - BURROW_INTERNAL);

} // namespace

QString statusWord(qint32 status)
{
    if (status <= 0 && status >= BURROW_INTERNAL)
        return QLatin1String(statusNames[static_cast<std::size_t>(-status)]);
    if (status < BURROW_STATUS_VENDOR)
        return QStringLiteral("vendor status %1").arg(status);
    return QStringLiteral("unknown status %1").arg(status);
}

ErrorKind kindOfRefusal(qint32 status)
{
    switch (status) {
    case BURROW_CONFIG:
    case BURROW_INVALID:
    case BURROW_DENIED:
    case BURROW_NOT_FOUND:
    case BURROW_UNIMPLEMENTED:
    case BURROW_INCOMPATIBLE:
        return ErrorKind::Configuration;
    default:
        return ErrorKind::Plugin;
    }
}

FailureCause causeOfStatus(qint32 status)
{
    switch (status) {
    case BURROW_INVALID:
    case BURROW_TOO_LARGE:
    case BURROW_NOT_FOUND:
    case BURROW_CONFIG:
        return FailureCause::PrimitiveRejected;
    case BURROW_DENIED:
        return FailureCause::HookDenied;
    case BURROW_CLOSED:
    case BURROW_CANCELLED:
        return FailureCause::ExecutorStopped;
    case BURROW_UNAVAILABLE:
    case BURROW_BUSY:
    case BURROW_EXHAUSTED:
    case BURROW_TIMEOUT:
    case BURROW_IO:
        return FailureCause::ExecutorControlFailed;
    default:
        return FailureCause::ExecutorInternal;
    }
}

FailureCause causeOf(qint32 cause, qint32 status)
{
    switch (cause) {
    case 0:
        return causeOfStatus(status);
    case BURROW_CAUSE_PRIMITIVE_REJECTED:
        return FailureCause::PrimitiveRejected;
    case BURROW_CAUSE_RUNTIME_CONTEXT_APPLY:
        return FailureCause::RuntimeContextApply;
    case BURROW_CAUSE_RUNTIME_TURN:
        return FailureCause::RuntimeTurn;
    case BURROW_CAUSE_HOOK_DENIED:
        return FailureCause::HookDenied;
    case BURROW_CAUSE_HOOK_RUNTIME_FAILURE:
        return FailureCause::HookRuntimeFailure;
    case BURROW_CAUSE_EXECUTOR_STOPPED:
        return FailureCause::ExecutorStopped;
    case BURROW_CAUSE_EXECUTOR_CONTROL_FAILED:
        return FailureCause::ExecutorControlFailed;
    case BURROW_CAUSE_UNKNOWN:
        return FailureCause::Unknown;
    default:
        return FailureCause::ExecutorInternal;
    }
}

} // namespace burrow
