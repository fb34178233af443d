#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lets the explorer look at each mutant of this folder and says whether it finds what is wrong with it.

usage: run.py BINARIES [NAME]...

BINARIES is the folder of the built mutants; a name is the beginning of a patch's, such as 03; without any, all
are tried. A mutant that breaks another rule than its own does not count as found.
"""

import concurrent.futures
import os
import pathlib
import subprocess
import sys

PATCHES = pathlib.Path(__file__).resolve().parent

# The rule that each breaks, or the assertion of the core that it ends in, and the world that is to show it.
EXPECTED = {
    "01": ("a stored input is acknowledged only when it is durable", "everyday"),
    "02": ("only what came without a wake rests without one", "everyday"),
    "03": ("every waiter has an owner", "everyday"),
    "04": ("nothing is written from a memory copy that is not trusted", "everyday"),
    "05": ("a cancel hits no run that nobody aimed at", "everyday"),
    "06": ("an input is staged for the run that is bound", "lifecycle"),
    "07": ("stopped is visible only when it is durable", "everyday"),
    "08": ("a stored input is started only under a grant that is durable", "everyday"),
    "09": ("the order is stored as it is kept", "everyday"),
    "10": ("every failed run of its own counts, and nothing else", "failing"),
    "11": ("a key that binds is not accepted again", "everyday"),
    "12": ("record.previous != nullptr || m_front == &record", "replacing"),
    "13": ("nothing overtakes a lifecycle write", "lifecycle"),
    "14": ("what steers runs before what queues", "everyday"),
    "15": ("a session that takes no input writes none", "draining"),
    "16": ("a waiter is resolved once", "everyday"),
    "17": ("only what came without a wake rests without one", "replacing"),
    "18": ("a stored input is started only under a grant that is durable", "draining"),
    "19": ("nobody waits for an answer when nothing is going on", "everyday"),
    "20": ("the end of a stored input is durable before anybody hears of it", "everyday"),
    "21": ("the end of an operation is durable before anybody hears of it", "operating"),
    "22": ("a session that is quiet is woken for what has ended", "operating"),
    "23": ("a continuation is for an end that woke nobody yet", "operating"),
    "24": ("what an executor has begun does not outlive it", "operating"),
    "25": ("who is let go of has answered everybody", "leaving"),
}
# Up to here they are about sessions and inputs; those behind, about operations and leaving.
LAST_OF_SESSIONS = "20"
STATES = 3_000_000


def look(binaries: pathlib.Path, patch: pathlib.Path) -> str:
    """What became of a mutant: "found", or what went wrong."""
    rule, world = EXPECTED[patch.name[:2]]
    binary = binaries / f"explore-mutant-{patch.stem}"
    if not binary.exists():
        return "NOT FOUND: it is not built"
    command = [binary, "--threads", "1", "--states", str(STATES), world]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 1:
        return f"NOT FOUND: the explorer ends with {done.returncode}"
    told = [line for line in done.stdout.splitlines() if line.startswith("world ")]
    told += [line for line in done.stderr.splitlines() if line.startswith("burrow: broken invariant: ")]
    steps = [line for line in done.stdout.splitlines() if line[:5].strip().rstrip(".").isdigit()]
    if not told or rule not in told[-1]:
        return f"NOT FOUND by its rule: {told[-1] if told else done.stdout[-300:]}"
    return f"found at step {len(steps)}: {rule}"


def main() -> int:
    binaries = pathlib.Path(sys.argv[1])
    wanted = sys.argv[2:]
    patches = [patch for patch in sorted(PATCHES.glob("*.patch"))
               if not wanted or any(patch.name.startswith(name) for name in wanted)]
    found = {False: 0, True: 0}
    of_sessions = [patch.name[:2] <= LAST_OF_SESSIONS for patch in patches]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as looking:
        for patch, is_first, answer in zip(patches, of_sessions,
                                           looking.map(lambda one: look(binaries, one), patches)):
            found[is_first] += answer.startswith("found")
            print(f"{patch.stem:38} {answer}", flush=True)
    print(f"mutants {found[True]}/{sum(of_sessions)}, "
          f"of operations and leaving {found[False]}/{len(patches) - sum(of_sessions)}")
    return 0 if sum(found.values()) == len(patches) else 1


if __name__ == "__main__":
    sys.exit(main())
