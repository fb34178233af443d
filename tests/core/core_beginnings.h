// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core_harness.h"

/// Where many tests of a core begin.
namespace burrow::test {

/// A session that the store knows in this phase.
inline HarnessOptions storedAs(Phase phase)
{
    HarnessOptions options;
    options.row.phase = phase;
    return options;
}

/// An executor that dies is given up at once.
inline HarnessOptions withoutRestart()
{
    HarnessOptions options;
    options.settings.restart.policy = RestartPolicy::Never;
    return options;
}

/// A store that answers only when the test says so.
inline HarnessOptions heldStore()
{
    HarnessOptions options;
    options.store = Answers::Held;
    return options;
}

/// A session with a run that is open.
struct WithRun
{
    explicit WithRun(WaitMode wait = WaitMode::Terminal, HarnessOptions options = {})
        : h(std::move(options))
    {
        h.attach();
        input = h.submit(prompt(), wait);
        run = h.openRun();
    }
    CoreHarness h;
    Submitted input;
    RunId run;
};

/// The same, and all further writes are held back.
struct WithHeldRun : WithRun
{
    WithHeldRun()
        : WithRun(WaitMode::Attempt)
    {
        h.script.store = Answers::Held;
    }
};

/// A session that has asked for a start grant: the accept carried one for the first input alone.
struct WithGrant
{
    WithGrant()
    {
        first = h.submit(peerMessage("a"), WaitMode::Attempt);
        h.submit(peerMessage("b"));
        h.script.store = Answers::Held;
        h.attach();
    }
    CoreHarness h;
    Submitted first;
};

/// A restart would find the input as it was accepted.
inline void compareUntouched(const CoreHarness &h, const Submitted &input)
{
    QVERIFY(h.store.hasOpen(input.sequence()));
    QCOMPARE(h.store.open().at(input.sequence()).tries, 0U);
    QVERIFY(h.store.row().phase != Phase::Stopped);
}

} // namespace burrow::test
