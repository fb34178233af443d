#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails, with file:line, where a folder includes or links what its layer may not.

usage: layers.py [--root DIR]

The tables below are the layering. Tests may include everything; everything else goes by its row.
"""

import pathlib
import re
import sys
from typing import Iterator

from project import Problem, c_family, code_only, files, report, root_argument, text_of

ABI = "abi"
SDK = "sdk"
BELOW_SESSION = "base model machine core operations port"
BELOW_CONTROL = f"{BELOW_SESSION} session drain event config"
BELOW_COMPOSE = f"{BELOW_CONTROL} store plugin control rpc"

# A folder of host/ and what it may include besides itself.
HOST = {
    "base": "",
    "model": "base",
    "machine": "base model",
    "operations": "base model machine",
    "core": "base model machine operations",  # A session owns its registry (decision 0019).
    "port": "base model",
    "session": BELOW_SESSION,
    "drain": f"{BELOW_SESSION} session",
    "event": f"{BELOW_SESSION} session",
    "store": "base model port",
    "plugin": f"base model port {ABI}",  # The only folder of the host that sees the ABI.
    "child": "base model port plugin",  # The program that has one plugin to itself.
    "config": "base model port",
    "control": BELOW_CONTROL,
    "rpc": "base model control",
    "compose": BELOW_COMPOSE,
    "cli": f"{BELOW_COMPOSE} compose",
    "desktop": f"{BELOW_COMPOSE} compose",
    "daemon": f"{BELOW_COMPOSE} compose",
}
ALLOWED = {folder: set(row.split()) | {folder} for folder, row in HOST.items()}

# Outside host/: the folder and whose headers it may include besides its own.
OUTSIDE = {
    ABI: set(),
    SDK: {ABI},
    "plugins": {ABI, SDK},
}

# A header that only these folders may include, with the reason as the message ends.
ONLY_IN = [
    (r"yaml-cpp/", {"config"}, "YAML is read by host/config alone"),
    (r"sqlite3\.h", {"store"}, "SQLite stays behind host/store"),
    (r"libpq", {"store"}, "PostgreSQL stays behind host/store"),
    (r"dlfcn\.h", {"plugin"}, "libraries are loaded by host/plugin alone"),
    (r"QLibrary|QPluginLoader", {"plugin"}, "libraries are loaded by host/plugin alone"),
    (r"nlohmann/", set(), "the host reads JSON with Qt"),
]

# Values and decisions: nothing here may own a QObject, wait, or touch the outside world.
PURE = {"base", "model", "machine", "core", "operations"}
IMPURE = re.compile(
    r"Q(Object|Thread|ThreadPool|Timer|EventLoop|CoreApplication|Process|File|Dir|SaveFile|Tcp\w+|LocalS\w+"
    r"|Future|FutureWatcher|Promise|Mutex|WaitCondition|Semaphore|SharedMemory|FileSystemWatcher)$"
    r"|(thread|mutex|condition_variable|future|fstream|iostream|filesystem)$"
)

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
LINKED = re.compile(r"\bburrow(?:::|_)(\w+)")


def includes(source: str) -> Iterator[tuple[int, str]]:
    # Comments are blanked to find the directive; its text is read from the source, for a path is a literal too.
    code = code_only(source)
    for match in INCLUDE.finditer(source):
        if code[match.start() : match.start(1)].strip():
            yield source.count("\n", 0, match.start(1)) + 1, match[2]


def owner_of(root: pathlib.Path, includer: pathlib.Path, name: str) -> tuple[str, ...]:
    """Whose header a name is: ("host", folder), ("abi",), ("sdk",), ("plugins",), or () for the system's."""
    beside = (root / includer.parent / name).resolve()
    if beside.is_file() and beside.is_relative_to(root.resolve()):
        parts = beside.relative_to(root.resolve()).parts
        return parts[:2] if parts[0] == "host" else parts[:1]
    first = name.split("/", 1)[0]
    if "/" in name and first in HOST:
        return ("host", first)
    if name.startswith("burrow/") and (root / "abi" / "include" / name).is_file():
        return (ABI,)
    if first in ("burrow", "burrow-sdk", "sdk"):
        return (SDK,)
    return ()


def host_problem(folder: str, name: str, owner: tuple[str, ...]) -> str | None:
    if not owner:
        for pattern, folders, why in ONLY_IN:
            if re.match(pattern, name) and folder not in folders:
                return f"host/{folder} may not include <{name}>: {why}"
        if folder in PURE and IMPURE.match(name.split("/")[-1]):
            return f"host/{folder} may not include <{name}>: it holds values, no objects or threads"
        return None
    target = owner[1] if owner[0] == "host" else owner[0]
    if target not in ALLOWED[folder]:
        row = HOST[folder] or "nothing"
        return f'host/{folder} may not include "{name}" of {"/".join(owner)}; it may include: {row}'
    return None


def include_problems(root: pathlib.Path) -> Iterator[Problem]:
    for path in c_family(root):
        top = path.parts[0]
        if top not in OUTSIDE and top != "host":
            continue
        if top == "host" and len(path.parts) < 3:
            yield Problem(path, 1, "a source of host/ belongs to one of its folders")
            continue
        if top == "host" and path.parts[1] not in ALLOWED:
            yield Problem(path, 1, f"host/{path.parts[1]} has no row in the table of tests/tidy/layers.py")
            continue
        for line, name in includes(text_of(root / path)):
            owner = owner_of(root, path, name)
            if top == "host":
                what = host_problem(path.parts[1], name, owner)
            elif owner and owner[0] != top and owner[0] not in OUTSIDE[top]:
                what = f'{top} may not include "{name}" of {"/".join(owner)}'
            else:
                what = None
            if what:
                yield Problem(path, line, what)


def links_of(source: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(source.splitlines(), start=1):
        for match in LINKED.finditer(line.split("#", 1)[0]):
            if match[1] in HOST or match[1] == ABI:
                yield number, match[1]


def link_problems(root: pathlib.Path) -> Iterator[Problem]:
    linked: dict[str, set[str]] = {}
    for path in files(root):
        if path.parts[0] != "host" or len(path.parts) != 3 or path.name != "CMakeLists.txt":
            continue
        folder = path.parts[1]
        if folder not in ALLOWED:
            continue
        linked[folder] = {folder}
        for line, target in links_of(text_of(root / path)):
            linked[folder].add(target)
            if target not in ALLOWED[folder]:
                yield Problem(path, line, f"host/{folder} may not link burrow::{target}")
    yield from unlinked(root, linked)


def unlinked(root: pathlib.Path, linked: dict[str, set[str]]) -> Iterator[Problem]:
    """Includes whose library the folder's own list of links does not reach."""
    for path in c_family(root):
        if path.parts[0] != "host" or path.parts[1] not in linked or linked[path.parts[1]] == {path.parts[1]}:
            continue
        reached = reachable(linked, path.parts[1])
        for line, name in includes(text_of(root / path)):
            owner = owner_of(root, path, name)
            target = owner[-1] if owner else ""
            if target in linked and target not in reached and target in ALLOWED[path.parts[1]]:
                yield Problem(path, line, f"host/{path.parts[1]}/CMakeLists.txt does not link burrow::{target}")


def reachable(linked: dict[str, set[str]], folder: str) -> set[str]:
    found: set[str] = set()
    open_ends = [folder]
    while open_ends:
        at = open_ends.pop()
        if at not in found:
            found.add(at)
            open_ends += linked.get(at, set())
    return found


def main() -> int:
    root = root_argument(__doc__)
    problems = [*include_problems(root), *link_problems(root)]
    return report("layers", f"{len(c_family(root))} sources against {len(HOST) + len(OUTSIDE)} rows", problems)


if __name__ == "__main__":
    sys.exit(main())
