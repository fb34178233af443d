#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the rules of this folder share: which files the project has, and C++ source without comments and text.

usage: project.py [--root DIR] [--null] c-family|all      prints the files, one a line or ended by NUL
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
from typing import Iterator, NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
C_FAMILY = {".c", ".cpp", ".h", ".hpp", ".cc"}
SKIPPED_FOLDERS = {".git", "build", "__pycache__"}


class Problem(NamedTuple):
    path: pathlib.Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


def files(root: pathlib.Path) -> list[pathlib.Path]:
    """Every file that is or would be committed, relative to root."""
    found = known_to_git(root)
    if found is None:
        # An unpacked archive has no history; what it holds was committed once.
        walked = (path.relative_to(root) for path in root.rglob("*"))
        found = {path for path in walked if not SKIPPED_FOLDERS & set(path.parts)}
    return sorted(path for path in found if (root / path).is_file())


def known_to_git(root: pathlib.Path) -> set[pathlib.Path] | None:
    if not (root / ".git").exists() or not shutil.which("git"):
        return None
    listing = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    run = subprocess.run(listing, check=False, capture_output=True, text=True)
    # git refuses a checkout of another user; its files are as good.
    return {pathlib.Path(name) for name in run.stdout.split("\0") if name} if run.returncode == 0 else None


def c_family(root: pathlib.Path) -> list[pathlib.Path]:
    return [path for path in files(root) if path.suffix in C_FAMILY]


def text_of(path: pathlib.Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


# What may hold braces and words that are not code, longest first.
NOT_CODE = re.compile(
    r'R"(?P<mark>[^\s()\\]{0,16})\(.*?\)(?P=mark)"'  # raw text
    r"|//[^\n]*"
    r"|/\*.*?\*/"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'",  # not the separator of 1'000'000
    re.DOTALL,
)


def code_only(source: str) -> str:
    """The source with comments and literals blanked; every line keeps its number and its length."""

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match[0])

    return NOT_CODE.sub(blank, source)


def table_lines(source: str) -> set[int]:
    """The numbers of the lines between `clang-format off` and `on`: tables that are read by column."""
    found: set[int] = set()
    inside = False
    for number, line in enumerate(source.splitlines(), start=1):
        inside = inside or "clang-format off" in line
        if inside:
            found.add(number)
        inside = inside and "clang-format on" not in line
    return found


ALLOW = re.compile(r"tidy: allow ([\w-]+): \S")


def allowed(lines: list[str], number: int, rule: str) -> bool:
    """Whether the line or the one above it says `tidy: allow RULE: reason`."""
    near = lines[max(0, number - 2) : number]
    return any(match[1] == rule for line in near for match in ALLOW.finditer(line))


def root_argument(description: str | None) -> pathlib.Path:
    parser = argparse.ArgumentParser(description=(description or "").split("\n", 1)[0])
    parser.add_argument("--root", type=pathlib.Path, default=ROOT, help="the project to look at")
    return parser.parse_args().root


def report(rule: str, looked_at: str, problems: Iterator[Problem] | list[Problem]) -> int:
    """Prints the problems and one closing line; the exit code of a rule."""
    listed = sorted(problems)
    for problem in listed:
        print(problem)
    print(f"{rule}: {looked_at}, {len(listed)} problem{'' if len(listed) == 1 else 's'}")
    return 1 if listed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Prints the files of the project.")
    parser.add_argument("--root", type=pathlib.Path, default=ROOT)
    parser.add_argument("--null", action="store_true", help="end each name with NUL instead of a new line")
    parser.add_argument("which", choices=["c-family", "all"])
    arguments = parser.parse_args()
    found = c_family(arguments.root) if arguments.which == "c-family" else files(arguments.root)
    end = "\0" if arguments.null else "\n"
    sys.stdout.write("".join(f"{path}{end}" for path in found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
