#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails, with file:line, on a function or function pointer of the ABI whose comment does not end in a tag.

usage: thread_tags.py INCLUDE_DIR

The words that a tag may use are read from burrow/thread.h, so that there is one list of them.
"""

import pathlib
import re
import sys

FUNCTION = re.compile(r"\(\*\s*(\w+)\)\s*\(|^BURROW_EXPORT\b.*?\b(\w+)\(")
TAG = re.compile(r"^\s*// \[(\w+) & (\w+)\]$")
THREAD_WORD = re.compile(r"^//   \[(\w+)\] ")
STATE_WORD = re.compile(r"^//   ([a-z]+)  ")


def words(thread_header: pathlib.Path) -> tuple[set[str], set[str]]:
    lines = thread_header.read_text().splitlines()
    threads = {match[1] for line in lines if (match := THREAD_WORD.match(line))}
    states = {match[1] for line in lines if (match := STATE_WORD.match(line))}
    return threads, states


def problem(line_above: str, threads: set[str], states: set[str]) -> str | None:
    match = TAG.match(line_above)
    if not match:
        return "its comment does not end in a tag such as `// [instance & idle]`"
    if match[1] not in threads:
        return f"[{match[1]}] is no thread word of thread.h"
    if match[2] not in states:
        return f"{match[2]} is no state word of thread.h"
    return None


def check(header: pathlib.Path, threads: set[str], states: set[str]) -> tuple[int, list[str]]:
    lines = header.read_text().splitlines()
    found, problems = 0, []
    for number, line in enumerate(lines, start=1):
        if line.lstrip().startswith(("//", "#")) or not (match := FUNCTION.search(line)):
            continue
        found += 1
        if what := problem(lines[number - 2], threads, states):
            problems.append(f"{header}:{number}: {match[1] or match[2]}: {what}")
    return found, problems


def main() -> int:
    include = pathlib.Path(sys.argv[1])
    threads, states = words(include / "burrow" / "thread.h")
    if not threads or not states:
        print(f"{include}/burrow/thread.h:1: the lists of thread and state words are missing")
        return 1
    found, problems = 0, []
    for header in sorted(include.rglob("*.h")):
        count, more = check(header, threads, states)
        found += count
        problems += more
    for line in problems:
        print(line)
    print(f"{found} functions, {len(problems)} without a valid tag")
    return 1 if problems or not found else 0


if __name__ == "__main__":
    sys.exit(main())
