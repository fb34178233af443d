// SPDX-License-Identifier: Apache-2.0
#include "step.h"

namespace burrow::test {

namespace {

constexpr const char *control_texts[] = {
    "somebody wakes the session",
    "somebody attaches an executor",
    "somebody starts the session",
    "somebody stops the session",
    "somebody cancels the run at its boundary",
    "somebody interrupts the run",
    "somebody cancels a run that is over",
    "the host goes down",
    "the host goes down at once",
    "somebody retires the session",
    "somebody abandons what a retired session has not begun",
    "somebody resets the session",
    "somebody recycles the session",
    "somebody recovers the session",
    "somebody destroys the session",
    "somebody unregisters the session",
};

constexpr const char *step_texts[] = {
    "the oldest write is durable",
    "the oldest write is not written",
    "the store refuses the oldest write",
    "another host owns the store",
    "nobody knows whether the oldest write is durable (it is not)",
    "nobody knows whether the oldest write is durable (it is)",
    "a later write hears that it fell with an earlier one",
    "the keys of ended inputs are read",
    "the keys of ended inputs cannot be read",
    "the session is read again",
    "the session cannot be read again",
    "a turn of the loop",
    "time passes until the next deadline",
    "the executor is made",
    "the executor cannot be made",
    "the executor can never be made",
    "the run succeeds",
    "the run succeeds and gives a snapshot",
    "the run fails",
    "the run ends as cancelled",
    "the run succeeds with a receipt that lies",
    "the run claims a terminal that nobody observed",
    "the run that was given up ends for good",
    "the executor dies",
    "the checkpoint is taken over",
    "the checkpoint fails",
    "the executor stops",
    "the executor refuses to stop",
    "the run opens its live boundary",
    "the context is staged",
    "the context is staged and gives a snapshot",
    "the context is not staged",
    "the core's own continuation gets an id",
};

constexpr const char *ask_texts[] = {
    "somebody begins \"%1\"",
    "\"%1\" is started",
    "\"%1\" begins to retire",
    "\"%1\" ends",
    "somebody else has \"%1\" cancelled",
    "somebody watches \"%1\"",
};
constexpr const char *other_ask_texts[] = {
    "somebody waits for all operations",
    "whoever waits for all operations stops waiting",
    "the agent is told of what has ended",
    "the agent is told of what has ended, once more",
};

QString askText(std::size_t ask, const Scenario &scenario)
{
    const std::size_t operation = ask / asks_per_operation;
    if (operation < operations_max)
        return QString::fromLatin1(ask_texts[ask % asks_per_operation])
            .arg(QLatin1String(scenario.operations[operation].name));
    return QLatin1String(other_ask_texts[ask - asks_per_operation * operations_max]);
}

} // namespace

QString stepText(Step step, const Scenario &scenario)
{
    const std::size_t script = indexIn(step, Step::Submit, scripts_max);
    if (script < scenario.scripts.size())
        return QStringLiteral("submit \"%1\"").arg(QLatin1String(scenario.scripts[script].name));
    if (const std::size_t durable = indexIn(step, Step::Crash, 8); durable < 8)
        return QStringLiteral(
                   "the host dies and another opens the session; of the writes in flight %1 are durable")
            .arg(durable);
    if (const std::size_t control = indexIn(step, Step::Control, std::size(control_texts));
        control < std::size(control_texts))
        return QLatin1String(control_texts[control]);
    if (const std::size_t ask = indexIn(step, Step::Ask, operation_asks_max); ask < operation_asks_max)
        return askText(ask, scenario);
    const std::size_t other = indexIn(step, Step::Commit, std::size(step_texts));
    return other < std::size(step_texts) ? QLatin1String(step_texts[other]) : QStringLiteral("?");
}

} // namespace burrow::test
