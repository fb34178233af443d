// SPDX-License-Identifier: Apache-2.0
#include "machine/admission_table.h"

/// What the loop is told of an accepted input. An idle session never sits on queued work, so there even an
/// input without flags wakes it; the boundary of an active turn may be open before a run is bound, so an
/// interrupt-yielding input has a row there, too.
namespace burrow {
namespace {

using enum Phase;
using enum Flag;
using Signal = AdmissionSignal;

constexpr EnumSet<Phase> Open = Idle | Attached | Running;
constexpr EnumSet<Phase> Resting = Idle | Attached;
constexpr EnumSet<Phase> Closed = Initializing | Retired | Stopped | Destroyed;

// clang-format off
//   id    phases   no wake  immediate  yielding  wake if idle  signal
constexpr SignalRow rows[] = {
    {"S1", Open,    Yes, Any, Any, Any, Signal::None},
    {"S2", Resting, No,  No,  No,  Any, Signal::WakeLoop},
    {"S3", Resting, No,  No,  Yes, Any, Signal::InterruptYielding},
    {"S4", Resting, No,  Yes, Any, Any, Signal::RequestImmediateProcessing},
    {"S5", Running, No,  No,  No,  No,  Signal::None},
    {"S6", Running, No,  No,  No,  Yes, Signal::WakeLoop},
    {"S7", Running, No,  No,  Yes, Any, Signal::InterruptYielding},
    {"S8", Running, No,  Yes, Any, Any, Signal::RequestImmediateProcessing},
    {"S9", Closed,  Any, Any, Any, Any, Signal::None},
};
// clang-format on

constexpr std::size_t query_count = phaseName.names.size() * 16;

constexpr std::size_t place(const SignalQuery &query)
{
    return static_cast<std::size_t>(query.phase) * 16 + (query.immediateProcessing ? 8U : 0U)
           + (query.interruptYielding ? 4U : 0U) + (query.wakeIfIdle ? 2U : 0U) + (query.withoutWake ? 1U : 0U);
}

constexpr SignalQuery queryAt(std::size_t at)
{
    return {static_cast<Phase>(at / 16), (at & 8U) != 0, (at & 4U) != 0, (at & 2U) != 0, (at & 1U) != 0};
}

/// Every query has exactly one row, or this does not compile.
consteval std::array<AdmissionSignal, query_count> indexRows()
{
    std::array<AdmissionSignal, query_count> index{};
    for (std::size_t at = 0; at < query_count; ++at) {
        int matching = 0;
        for (const SignalRow &row : rows) {
            if (row.matches(queryAt(at))) {
                index[at] = row.signal;
                ++matching;
            }
        }
        if (matching != 1 || place(queryAt(at)) != at)
            throw "a signal query has no row or several";
    }
    return index;
}
constexpr std::array<AdmissionSignal, query_count> signal_index = indexRows();

} // namespace

constinit const std::span<const SignalRow> signal_rows = rows;

AdmissionSignal resolveSignal(const SignalQuery &query)
{
    return signal_index[place(query)];
}

} // namespace burrow
