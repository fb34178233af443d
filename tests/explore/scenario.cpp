// SPDX-License-Identifier: Apache-2.0
#include "scenario.h"

namespace burrow::test {

using namespace std::chrono_literals;

namespace {

using enum Control;

/// Few restarts and few places, so that their ends are near; times that do not fall together by chance.
CoreSettings settings()
{
    CoreSettings settings;
    settings.turnTimeout = 20s;
    settings.stopGrace = 2s;
    settings.abandonAfterHard = 1s;
    settings.retryBackoff = 700ms;
    settings.restart.backoff = 900ms;
    settings.restart.most = 1;
    settings.restart.window = 10h;   // Longer than any path: a death on it is never forgotten.
    settings.keyRetention = 10'000h; // Likewise, so that no key expires on a path.
    return settings;
}

/// The common case: keys, lanes, something that is not stored, and everybody who can interfere.
Scenario everyday()
{
    Scenario world;
    world.name = "everyday";
    world.scripts = {{.name = "keyed prompt", .input = withKey(prompt(), "k"), .wait = WaitMode::Terminal},
                     {.name = "its repeat", .input = withKey(prompt(), "k")},
                     {.name = "steering message", .input = steered(peerMessage())},
                     {.name = "ephemeral prompt", .input = ephemeral(prompt("soon forgotten"))}};
    world.controls = {Attach, Start, Stop, CancelAtBoundary, Interrupt, CancelAnother, ShutDown, ShutDownHard};
    world.budget = {.controls = 2, .failures = 2, .faults = 1, .crashes = 1};
    world.settings = settings();
    world.share = 8;
    return world;
}

/// What replaces, coalesces, conflicts and fills the queue.
Scenario replacing()
{
    Scenario world;
    world.name = "replacing";
    world.scripts = {
        {.name = "event", .input = superseding(externalEvent("e", "old"), "s")},
        {.name = "newer event", .input = superseding(externalEvent("e", "new"), "s"), .wait = std::nullopt},
        {.name = "keyed event", .input = withKey(externalEvent("e", "one"), "k")},
        {.name = "conflicting event", .input = withKey(externalEvent("e", "two"), "k")}};
    world.controls = {Stop, CancelAtBoundary, Interrupt, ShutDown};
    world.budget = {.controls = 1, .failures = 1, .faults = 2, .crashes = 1};
    world.settings = settings();
    world.settings.queueLimit = 2;
    world.share = 4;
    return world;
}

/// Many failures of one input and its twin, batches, checkpoints and live boundaries.
Scenario failing()
{
    Scenario world;
    world.name = "failing";
    world.scripts = {{.name = "message", .input = peerMessage(), .wait = WaitMode::Terminal},
                     {.name = "its twin", .input = peerMessage(), .wait = WaitMode::Terminal, .twin = true},
                     {.name = "quiet prompt", .input = prompt("no hurry"), .withoutWake = true}};
    world.controls = {Wake, Attach, Stop, CancelAtBoundary};
    world.budget = {.controls = 2, .failures = 5, .faults = 1, .crashes = 1};
    world.settings = settings();
    world.snapshots = world.boundaries = true;
    world.share = 4;
    return world;
}

/// What people do to a session as a whole, in every order and at every moment.
Scenario lifecycle()
{
    Scenario world;
    world.name = "lifecycle";
    world.scripts = {{.name = "prompt", .input = prompt(), .wait = WaitMode::Terminal},
                     {.name = "steering message", .input = steered(peerMessage())},
                     {.name = "ephemeral prompt", .input = ephemeral(prompt("soon forgotten"))}};
    world.controls = {Attach, Start, Stop, Retire, Recover, AbandonPending, Reset, Recycle, Interrupt, Destroy};
    world.budget = {.controls = 3, .failures = 1, .faults = 1, .crashes = 1};
    world.settings = settings();
    world.share = 6;
    return world;
}

/// A session that a host finds retired, with work that is still to be drained.
Scenario draining()
{
    Scenario world;
    world.name = "draining";
    world.scripts = {{.name = "prompt of before", .input = withKey(prompt(), "k")},
                     {.name = "steering message of before", .input = steered(peerMessage())},
                     {.name = "latecomer", .input = prompt("too late")},
                     {.name = "repeat", .input = withKey(prompt(), "k")}};
    world.controls = {Attach, Start, Stop, CancelAtBoundary, Interrupt, ShutDown};
    world.budget = {.controls = 2, .failures = 1, .faults = 1, .crashes = 1};
    world.settings = settings();
    world.opensAs = Phase::Retired;
    world.storedBefore = 2;
    world.share = 2;
    return world;
}

Script continuation(const char *name)
{
    Input input = detachedWorkContinuation({}, {});
    return {.name = name, .input = input, .wait = std::nullopt, .own = true};
}

/// Background work of an executor and of somebody else, and the continuations that its ends bring about.
Scenario operating()
{
    Scenario world;
    world.name = "operating";
    world.scripts = {{.name = "prompt", .input = prompt(), .wait = WaitMode::Terminal},
                     continuation("continuation"),
                     continuation("second continuation")};
    world.operations = {
        {.name = "a tool of the executor", .ofExecutor = true},
        {.name = "a tool of a group", .end = OperationVerb::Fail},
        {.name = "a member", .kind = OperationKind::MobMemberChild, .end = OperationVerb::MarkRetired}};
    world.controls = {Attach, Stop, Interrupt, Retire, Reset, Recover, Destroy};
    world.budget = {.controls = 1, .failures = 1, .faults = 1, .crashes = 1, .asks = 8};
    world.settings = settings();
    world.settings.operationLimit = 2;
    world.share = 4;
    return world;
}

/// A session that its host lets go of, at every moment, and that another one may find later.
Scenario leaving()
{
    Scenario world;
    world.name = "leaving";
    world.scripts = {{.name = "keyed prompt", .input = withKey(prompt(), "k"), .wait = WaitMode::Terminal},
                     {.name = "ephemeral prompt", .input = ephemeral(prompt("soon forgotten"))},
                     continuation("continuation")};
    world.operations = {{.name = "a tool of the executor", .ofExecutor = true},
                        {.name = "a place", .kind = OperationKind::CapacitySlot}};
    world.controls = {Attach, Stop, Retire, Recover, Interrupt, Unregister, ShutDown};
    world.budget = {.controls = 2, .failures = 1, .faults = 1, .crashes = 1, .asks = 4};
    world.settings = settings();
    world.share = 4;
    return world;
}

} // namespace

InputPointer Scenario::input(std::size_t script, quint64 sequence) const
{
    Input input = scripts[script].input;
    input.id = {Uuid::version7(1, 0, sequence)};
    return std::make_shared<const Input>(std::move(input));
}

const std::vector<Scenario> &scenarios()
{
    static const std::vector<Scenario> all{everyday(), replacing(), failing(), lifecycle(),
                                           draining(), operating(), leaving()};
    return all;
}

} // namespace burrow::test
