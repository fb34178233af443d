// SPDX-License-Identifier: Apache-2.0

#include "names.h"

#include "burrow/abi.h"

#include <algorithm>
#include <iterator>

namespace scripted {

namespace {

struct Named
{
    std::string_view name;
    int32_t value;
};

constexpr Named statuses[] = {
    {"OK", BURROW_OK},
    {"INVALID", BURROW_INVALID},
    {"UNIMPLEMENTED", BURROW_UNIMPLEMENTED},
    {"STALE", BURROW_STALE},
    {"WOULD_BLOCK", BURROW_WOULD_BLOCK},
    {"CANCELLED", BURROW_CANCELLED},
    {"CLOSED", BURROW_CLOSED},
    {"BAD_STATE", BURROW_BAD_STATE},
    {"INCOMPATIBLE", BURROW_INCOMPATIBLE},
    {"UNAVAILABLE", BURROW_UNAVAILABLE},
    {"TIMEOUT", BURROW_TIMEOUT},
    {"DENIED", BURROW_DENIED},
    {"NOT_FOUND", BURROW_NOT_FOUND},
    {"DUPLICATE", BURROW_DUPLICATE},
    {"TOO_LARGE", BURROW_TOO_LARGE},
    {"CONFLICT", BURROW_CONFLICT},
    {"BUSY", BURROW_BUSY},
    {"EXHAUSTED", BURROW_EXHAUSTED},
    {"CONFIG", BURROW_CONFIG},
    {"IO", BURROW_IO},
    {"INTERNAL", BURROW_INTERNAL},
};

constexpr Named causes[] = {
    {"primitive_rejected", BURROW_CAUSE_PRIMITIVE_REJECTED},
    {"runtime_context_apply", BURROW_CAUSE_RUNTIME_CONTEXT_APPLY},
    {"runtime_turn", BURROW_CAUSE_RUNTIME_TURN},
    {"hook_denied", BURROW_CAUSE_HOOK_DENIED},
    {"hook_runtime_failure", BURROW_CAUSE_HOOK_RUNTIME_FAILURE},
    {"executor_stopped", BURROW_CAUSE_EXECUTOR_STOPPED},
    {"executor_control_failed", BURROW_CAUSE_EXECUTOR_CONTROL_FAILED},
    {"executor_internal", BURROW_CAUSE_EXECUTOR_INTERNAL},
    {"unknown", BURROW_CAUSE_UNKNOWN},
};

constexpr Named outcomes[] = {
    {"failed", BURROW_OUTCOME_FAILED},
    {"budget", BURROW_OUTCOME_BUDGET},
    {"time_budget", BURROW_OUTCOME_TIME_BUDGET},
    {"structured_output", BURROW_OUTCOME_STRUCTURED_OUTPUT},
};

template <typename Table>
std::optional<int32_t> valueNamed(const Table &table, std::string_view name)
{
    const auto found = std::find_if(std::begin(table), std::end(table),
                                    [name](const Named &named) { return named.name == name; });
    return found == std::end(table) ? std::nullopt : std::optional(found->value);
}

} // namespace

std::optional<int32_t> statusNamed(std::string_view name)
{
    return valueNamed(statuses, name);
}

std::optional<int32_t> causeNamed(std::string_view name)
{
    return valueNamed(causes, name);
}

std::optional<int32_t> outcomeNamed(std::string_view name)
{
    return valueNamed(outcomes, name);
}

} // namespace scripted
