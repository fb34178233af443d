#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plants a bug for each row of a sample of the conformance table and says whether the row's own test finds it.

usage: run.py ROWS BINARIES [ID]...

ROWS is the table, BINARIES the folder of the built mutants. Which rows are asked was drawn by chance, from a
seed that stands here, so that nobody picked those that are easy; each has a patch in this folder. With ids only
these are asked. Only the tests of the row itself are run: that another row notices does not count.
"""

import concurrent.futures
import os
import pathlib
import random
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SEED = 2026
SAMPLE = 30
SECONDS = 120
AREA = re.compile(r"^([A-Z]{2}): ([0-9 ]+)$", re.MULTILINE)
ENVIRONMENT = dict(os.environ, LC_ALL="C.UTF-8", QT_NO_GLIB="1")


def sample(table: str) -> list[str]:
    rows = [area + number for area, numbers in AREA.findall(table) for number in numbers.split()]
    return sorted(random.Random(SEED).sample(rows, SAMPLE))


def tests_of(binary: pathlib.Path, row: str) -> list[str]:
    listed = subprocess.run([binary, "-datatags"], env=ENVIRONMENT, check=True, capture_output=True, text=True)
    tags = (line.split(" ", 2)[1:] for line in listed.stdout.splitlines() if line.count(" ") >= 2)
    return [f"{function}:{tag}" for function, tag in tags if tag.startswith(row)]


def ask(binaries: pathlib.Path, row: str) -> tuple[bool, str]:
    """Whether every bug that is planted for the row was found, and by what."""
    patches = sorted(HERE.glob(f"{row}-*.patch"))
    if not patches:
        return False, "NO PATCH: no bug is planted for it"
    told = []
    for patch in patches:
        binary = binaries / f"row-mutant-{patch.stem}"
        if not binary.exists():
            return False, f"NOT BUILT: {binary.name}"
        tests = tests_of(binary, row)
        failed = []
        for test in tests:
            try:
                done = subprocess.run([binary, test], env=ENVIRONMENT, capture_output=True, timeout=SECONDS,
                                      check=False)
            except subprocess.TimeoutExpired:
                return False, f"{patch.stem}: \"{test}\" did not end within {SECONDS} s"
            if done.returncode != 0:
                failed.append(test)
        if not failed:
            return False, f"NOT FOUND: {patch.stem} passes {len(tests)} tests"
        told.append(patch.stem[len(row) + 1:])
    return True, "found: " + ", ".join(told)


def main() -> int:
    rows = sample(pathlib.Path(sys.argv[1]).read_text())
    binaries = pathlib.Path(sys.argv[2])
    asked = sys.argv[3:] or rows
    found = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as asking:
        for row, (killed, told) in zip(asked, asking.map(lambda one: ask(binaries, one), asked)):
            found += killed
            print(f"{row} {told}", flush=True)
    print(f"rows {found}/{len(asked)}, drawn with seed {SEED}")
    return 0 if found == len(asked) else 1


if __name__ == "__main__":
    sys.exit(main())
