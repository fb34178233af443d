#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts the rows of the conformance table and their tests side by side; fails when a row has no test.

usage: rows.py ROWS EXECUTABLE...

A test belongs to the row whose id begins its data tag. A tag whose id the table does not have is an error too:
it is a slip of the pen, and its row would look untested or, worse, tested. Rows that are owed are named as such
in the table; one that is owed and has a test is an error as well, so that the list of debts stays true.
"""

import os
import pathlib
import re
import subprocess
import sys

AREA = re.compile(r"^([A-Z]{2})( later)?: ([0-9 ]+)$")
OWED = re.compile(r"^owed: ([A-Z0-9 ]+)$")
TAG = re.compile(r"^\S+ \S+ ([A-Z]{2}[0-9]{2})\b")


def read_rows(path: pathlib.Path) -> tuple[dict[str, list[str]], set[str], set[str]]:
    rows: dict[str, list[str]] = {}
    later: set[str] = set()
    owed: set[str] = set()
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        if debt := OWED.match(line):
            owed.update(debt[1].split())
            continue
        found = AREA.match(line)
        if not found:
            sys.exit(f"{path}:{number}: expected \"AREA: NUMBER NUMBER …\", found: {line}")
        area, mark, numbers = found.groups()
        rows[area] = [area + each for each in numbers.split()]
        if mark:
            later.add(area)
    return rows, later, owed


def tests_by_row(executables: list[str]) -> dict[str, int]:
    environment = dict(os.environ, LC_ALL="C.UTF-8")
    counts: dict[str, int] = {}
    for executable in executables:
        listed = subprocess.run([executable, "-datatags"], env=environment, check=True, capture_output=True,
                                text=True)
        for line in listed.stdout.splitlines():
            found = TAG.match(line)
            if found:
                counts[found[1]] = counts.get(found[1], 0) + 1
    return counts


def main() -> int:
    rows, later, owed = read_rows(pathlib.Path(sys.argv[1]))
    counts = tests_by_row(sys.argv[2:])
    known = {row for area in rows.values() for row in area}
    missing: list[str] = []
    print("area  rows  tested  tests")
    for area, ids in rows.items():
        tested = [row for row in ids if row in counts]
        print(f"{area:4}  {len(ids):4}  {len(tested):6}  {sum(counts.get(row, 0) for row in ids):5}"
              f"{'  later' if area in later else ''}")
        if area not in later:
            missing += [row for row in ids if row not in counts]
    unknown = sorted(row for row in counts if row not in known)
    due = sum(len(ids) for area, ids in rows.items() if area not in later)
    print(f"rows due: {due}, with a test: {due - len(missing)}, tests: {sum(counts.values())}")
    problems = {
        "without a test": [row for row in missing if row not in owed],
        "not in the table": unknown,
        "said to be owed, but tested": sorted(owed.difference(missing)),
    }
    for what, ids in problems.items():
        if ids:
            print(f"{what}: {' '.join(ids)}", file=sys.stderr)
    if owed:
        print(f"owed: {' '.join(sorted(owed))}")
    return 1 if any(problems.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
