#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails, with file:line, on words that do not belong into the project and on calls with a better replacement.

usage: words.py [--root DIR]

A line that must break a rule says so itself: `// tidy: allow RULE: reason` on it or on the line above.
"""

import pathlib
import re
import sys
from typing import Callable, Iterator, NamedTuple

from project import C_FAMILY, Problem, allowed, code_only, files, report, root_argument, text_of

# Words are written with a gap here, so that this file passes its own rule.
GAP = "()"

WORDS = [
    ("unfinished", rf"\b(TO{GAP}DO|FIX{GAP}ME|XX{GAP}X|HA{GAP}CK)\b",
     "finish it, or say in a sentence what is missing"),
    ("registry", rf"\b(crates{GAP}\.io|pypi{GAP}\.org|npmjs{GAP}\.(org|com)|proxy{GAP}\.golang\.org"
                 rf"|deb{GAP}\.debian\.org|docker{GAP}\.io|ghcr{GAP}\.io)\b",
     "no host name of a package registry"),
    ("machine-path", rf"(?<![\w.~$}}/*-])/(work{GAP}/|ro{GAP}ot\b|home/{GAP}\w)",
     "a path of one machine; build it from the source or build folder, or a temporary one"),
    ("tracker", rf"\b(issue|ticket|PR) {GAP}#\d", "write the reason itself; a number explains nothing here"),
    ("peer", rf"(?i)\bmeer{GAP}kat\b", "describe the behaviour, not where it was seen"),
    ("assistant", rf"(?i)\b(clau{GAP}de|anthro{GAP}pic|chat{GAP}gpt|copi{GAP}lot)\b",
     "no names of models or assistants"),
    ("trailing-space", r"[ \t]+$", "no space at the end of a line"),
    ("tab", r"\t", "four spaces, no tab"),
]
WORDS_SKIPPED = {"LICENSE"}
# Two spaces end a line in Markdown; both signs are data in fixtures.
SPACES_SKIPPED = {".md", ".golden", ".txt", ".tsv"}


PROGRAMS = {"child", "cli", "daemon", "desktop"}


class Call(NamedTuple):
    rule: str
    pattern: str
    instead: str
    applies: Callable[[pathlib.Path], bool]


def in_host(path: pathlib.Path) -> bool:
    return path.parts[0] == "host"


def in_product(path: pathlib.Path) -> bool:
    return path.parts[0] in ("host", "plugins", "sdk")


def in_library(path: pathlib.Path) -> bool:
    """Where stdout and stderr belong to somebody else: all of the product but the programs."""
    # A broken invariant is printed by whatever still works.
    return in_product(path) and path.parts[1] not in PROGRAMS and path.as_posix() != "host/base/assert.cpp"


def in_tests(path: pathlib.Path) -> bool:
    return path.parts[0] == "tests"


def everywhere(_: pathlib.Path) -> bool:
    return True


CALLS = [
    Call("sleep", r"\b(?:sleep|usleep|nanosleep|sleep_for|sleep_until|msleep|qSleep|qWait)\s*\(",
         "wait for what happens: a signal, a condition, QTRY_*, QSignalSpy::wait", everywhere),
    Call("stdout", r"\b(?:printf|vprintf|puts|putchar|fprintf|vfprintf|fputs)\s*\(|\bstd::(?:cout|cerr|clog)\b",
         "qCInfo and its kin with the folder's category; stdout carries only the answer", in_library),
    Call("debug", r"\bq(?:Debug|Info|Warning|Critical)\s*\(", "qCDebug and its kin with the folder's category",
         in_host),
    Call("continuation", r"\.then\s*\(|\bQtFuture::when(?:All|Any)\b",
         "whenFinished() of control/when_finished.h, or a counted callback (decision 0011)", in_host),
    Call("unbounded-text", r"\b(?:strcpy|strcat|sprintf|vsprintf|gets|strtok)\s*\(",
         "QByteArray, std::string, or snprintf with its size", everywhere),
    Call("shell", r"(?<![\w.>])(?:system|popen)\s*\(", "QProcess with a list of arguments", everywhere),
    Call("random", r"(?<![\w.>])s?rand\s*\(", "QRandomGenerator, or the seed that the test prints", everywhere),
    Call("assert", r"\bassert\s*\(", "BURROW_ASSERT, which stays on in release builds", in_host),
    Call("nested-loop", r"\bQEventLoop\b|\bprocessEvents\s*\(", "a signal or a future: a turn is never nested",
         lambda path: in_host(path) and path.parts[1] not in PROGRAMS),
    # A thrown literal, blanked here, is how a table refuses to compile: it never runs.
    Call("throw", r"\bthrow\b(?!\s*;)", "return an Error: no exception crosses a boundary", in_host),
    Call("delete", r"\bdelete(?:\s*\[\s*\])?\s+[\w(*]", "a value, std::unique_ptr, or deleteLater", in_host),
    Call("detach", r"\b\w*[Tt]hread\w*\.detach\s*\(", "keep the thread and join it", everywhere),
    Call("skipped-test", r"\bQSKIP\s*\(", "a test that runs; a label decides where it is left out", in_tests),
]


def compiled(patterns: list[tuple[str, str, str]]) -> list[tuple[str, re.Pattern[str], str]]:
    return [(rule, re.compile(pattern), why) for rule, pattern, why in patterns]


def word_problems(path: pathlib.Path, lines: list[str]) -> Iterator[Problem]:
    for rule, pattern, why in compiled(WORDS):
        if rule in ("trailing-space", "tab") and path.suffix in SPACES_SKIPPED:
            continue
        for number, line in enumerate(lines, start=1):
            if (match := pattern.search(line)) and not allowed(lines, number, rule):
                yield Problem(path, number, f"[{rule}] {match[0].strip()!r}: {why}")


def call_problems(path: pathlib.Path, source: str, lines: list[str]) -> Iterator[Problem]:
    code = code_only(source)
    for call in CALLS:
        if not call.applies(path):
            continue
        for match in re.finditer(call.pattern, code):
            number = code.count("\n", 0, match.start()) + 1
            if not allowed(lines, number, call.rule):
                yield Problem(path, number, f"[{call.rule}] {match[0].strip()!r}: use instead {call.instead}")


def main() -> int:
    root = root_argument(__doc__)
    looked_at = [path for path in files(root) if path.name not in WORDS_SKIPPED]
    problems: list[Problem] = []
    for path in looked_at:
        content = (root / path).read_bytes()
        if b"\0" in content:
            continue
        source = content.decode("utf-8", errors="replace")
        lines = source.splitlines()
        problems += word_problems(path, lines)
        if path.suffix in C_FAMILY:
            problems += call_problems(path, source, lines)
    return report("words", f"{len(looked_at)} files", problems)


if __name__ == "__main__":
    sys.exit(main())
