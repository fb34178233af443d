#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails, with file:line, where a page speaks of a path, a verb of `dev` or a link that does not exist.

usage: docs.py [--root DIR]
"""

import pathlib
import re
import sys
from typing import Iterator

from project import Problem, files, report, root_argument, text_of

# Pages whose paths in backticks must exist: they tell people where things are.
MAPS = {"README.md", "host/README.md"}
CODEMAP = pathlib.Path("host/README.md")
CODEMAP_HEADING = "## Where do I change X"

QUOTED = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"^[\w.-]+(?:/[\w.-]+)*/?$")
FILE_ENDING = re.compile(r"\.(md|h|cpp|c|py|json|yaml|txt|cmake)$")
VERB = re.compile(r"\./dev(?:[ \t]+([a-z][\w-]*))?")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
OUTSIDE = re.compile(r"^(?:[a-z]+:|#|/)")


def prose(source: str) -> list[str]:
    """The lines of a page, with those inside fences blanked."""
    lines, fenced = [], False
    for line in source.splitlines():
        fence = line.lstrip().startswith("```")
        lines.append("" if fenced or fence else line)
        fenced = fenced != fence
    return lines


def heading_problems(page: pathlib.Path, source: str) -> Iterator[Problem]:
    titles = [number for number, line in enumerate(prose(source), start=1) if line.startswith("# ")]
    if len(titles) != 1:
        where = titles[1] if titles else 1
        yield Problem(page, where, f"{len(titles)} titles; a page has one line that starts with #")


def link_problems(root: pathlib.Path, page: pathlib.Path, source: str) -> Iterator[Problem]:
    for number, line in enumerate(prose(source), start=1):
        for match in LINK.finditer(line):
            target = match[1].split("#", 1)[0]
            if target and not OUTSIDE.match(target) and not (root / page.parent / target).exists():
                yield Problem(page, number, f"the link to {target} leads nowhere")


def looks_like_path(text: str) -> bool:
    # A name with a slash is a path; `a.b` alone may as well be a key, so a file's ending decides.
    return bool(PATH.match(text)) and ("/" in text or bool(FILE_ENDING.search(text)))


def path_problems(root: pathlib.Path, page: pathlib.Path, source: str) -> Iterator[Problem]:
    if page.as_posix() not in MAPS:
        return
    for number, line in enumerate(prose(source), start=1):
        for match in QUOTED.finditer(line):
            named = match[1]
            if not looks_like_path(named) or named.startswith("build/"):
                continue
            if not (root / named).exists() and not (root / page.parent / named).exists():
                yield Problem(page, number, f"{named} does not exist")


def verbs(root: pathlib.Path) -> set[str]:
    """The functions verb_* of the script: what it can really do, not what its help says."""
    script = root / "dev"
    return set(re.findall(r"^verb_(\w+)\(\)", text_of(script), re.MULTILINE)) if script.exists() else set()


def verb_problems(page: pathlib.Path, source: str, known: set[str]) -> Iterator[Problem]:
    for number, line in enumerate(source.splitlines(), start=1):
        for match in VERB.finditer(line):
            if match[1] and match[1] not in known:
                yield Problem(page, number, f"./dev has no verb {match[1]}; it has {', '.join(sorted(known))}")


def help_problems(root: pathlib.Path, known: set[str]) -> Iterator[Problem]:
    script = root / "dev"
    if not script.exists():
        return
    match = re.search(r"^verbs\(\) \{\n.*?<<'END'\n(.*?)^END$", text_of(script), re.MULTILINE | re.DOTALL)
    listed = {line.split()[0] for line in match[1].splitlines()} if match else set()
    for verb in sorted(listed ^ known):
        what = "listed but not written" if verb in listed else "not listed"
        yield Problem(pathlib.Path("dev"), 1, f"verb {verb} is {what}")


def codemap_problems(root: pathlib.Path) -> Iterator[Problem]:
    page = root / CODEMAP
    if not page.exists():
        return
    source = text_of(page)
    if CODEMAP_HEADING not in source:
        yield Problem(CODEMAP, 1, f'the heading "{CODEMAP_HEADING}" is missing')
    for folder in sorted(path.parent.name for path in (root / "host").glob("*/CMakeLists.txt")):
        if f"`{folder}/" not in source and f"`host/{folder}/" not in source:
            yield Problem(CODEMAP, 1, f"the folder host/{folder} is not on the map")


def main() -> int:
    root = root_argument(__doc__)
    pages = [path for path in files(root) if path.suffix == ".md"]
    known = verbs(root)
    problems = [*help_problems(root, known), *codemap_problems(root)]
    for page in pages:
        source = text_of(root / page)
        problems += heading_problems(page, source)
        problems += link_problems(root, page, source)
        problems += path_problems(root, page, source)
        problems += verb_problems(page, source, known)
    return report("docs", f"{len(pages)} pages", problems)


if __name__ == "__main__":
    sys.exit(main())
