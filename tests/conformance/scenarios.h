// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core_beginnings.h"

#include <span>

/// What the scenarios of all areas share. A scenario is one row: its sentence begins with the row's id and
/// names what is given, and its function plays given, when and then.
namespace burrow::test {

struct Scenario
{
    const char *sentence;
    void (*play)();
};

inline void listScenarios(std::span<const Scenario> scenarios)
{
    QTest::addColumn<int>("at");
    for (int at = 0; const Scenario &scenario : scenarios)
        QTest::newRow(scenario.sentence) << at++;
}

inline void playScenario(std::span<const Scenario> scenarios)
{
    QFETCH(int, at);
    scenarios[static_cast<std::size_t>(at)].play();
}

using Ids = std::vector<InputId>;
using Codes = std::vector<EventCode>;

inline Ids contributorsOf(const StartApply &apply)
{
    Ids ids;
    for (const Contributor &contributor : apply.primitive->contributors)
        ids.push_back(contributor.input);
    return ids;
}

/// How many of the writes carry this operation.
template <typename Operation>
std::ptrdiff_t countWrites(const CoreHarness &h)
{
    return std::count_if(h.writes.begin(), h.writes.end(),
                         [](const WriteSet &set) { return std::holds_alternative<Operation>(set.operation); });
}

/// An input as admission would have left it in a quiet session, for what is decided on records alone.
inline std::unique_ptr<InputRecord> recordOf(Input input, quint64 sequence = 1)
{
    auto record = std::make_unique<InputRecord>();
    record->plan = resolvePlan({.kind = input.kind, .handling = input.handling});
    record->sequence = sequence;
    record->registers.admission = limits::admission_sequence_first + sequence;
    input.id = {Uuid::version7(1, 0, sequence)};
    record->input = std::make_shared<const Input>(std::move(input));
    return record;
}

} // namespace burrow::test
