#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs clang-tidy over the compile commands of a build, and remembers what was clean.

usage: clang_tidy.py --build DIR [--jobs N] [FILE...]

Sources of one folder are looked at together (source_groups.py). A source is looked at again only when something
that decides the answer has changed: the source, a header of this project that it reaches, its compile command,
.clang-tidy, or clang-tidy itself. System headers belong to the version of the distribution and are taken as
constant.
"""

import argparse
import concurrent.futures
import hashlib
import json
import pathlib
import re
import shlex
import subprocess
import sys
import time

from project import ROOT
from source_groups import Source, groups, halves, merged_flags, write_unit

INCLUDE = re.compile(rb'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
COUNTED = re.compile(r"^\d+ warnings? (and \d+ errors? )?generated|^Suppressed \d+ warnings|^Use -header")
FINDING = re.compile(r"^\S+:\d+:\d+: (error|warning): ")
LOOKED_AT = ("host", "plugins", "sdk", "tests")
INCLUDED = rf"{re.escape(str(ROOT))}/({'|'.join(LOOKED_AT)})/.*\.(h|cpp)$"


def sources(build: pathlib.Path) -> list[Source]:
    entries = json.loads((build / "compile_commands.json").read_text())
    found = {}
    for entry in entries:
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        # What the build generates, such as the output of moc, nobody can mend.
        if path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in LOOKED_AT:
            found[path] = Source(path, shlex.split(entry["command"]))
    return [found[path] for path in sorted(found)]


def include_folders(command: list[str]) -> list[pathlib.Path]:
    folders = []
    for at, word in enumerate(command):
        if word in ("-I", "-isystem") and at + 1 < len(command):
            folders.append(pathlib.Path(command[at + 1]))
        elif word.startswith("-I") and len(word) > 2:
            folders.append(pathlib.Path(word[2:]))
    return [folder for folder in folders if folder.is_relative_to(ROOT)]


class Reached:
    """The project's own files that a source includes, found once for each header."""

    def __init__(self) -> None:
        self.names: dict[pathlib.Path, list[str]] = {}
        self.hashes: dict[pathlib.Path, bytes] = {}

    def read(self, path: pathlib.Path) -> None:
        content = path.read_bytes()
        self.names[path] = [name.decode(errors="replace") for name in INCLUDE.findall(content)]
        self.hashes[path] = hashlib.sha256(content).digest()

    def of(self, source: Source) -> list[pathlib.Path]:
        folders = include_folders(source.command)
        found: set[pathlib.Path] = set()
        open_ends = [source.path]
        while open_ends:
            path = open_ends.pop()
            if path in found:
                continue
            found.add(path)
            if path not in self.names:
                self.read(path)
            for name in self.names[path]:
                candidates = (folder / name for folder in (path.parent, *folders))
                open_ends += [each.resolve() for each in candidates if each.is_file()][:1]
        return sorted(found)

    def key(self, source: Source, constant: bytes) -> str:
        digest = hashlib.sha256(constant)
        digest.update("\0".join(source.command).encode())
        for path in self.of(source):
            digest.update(str(path).encode() + self.hashes[path])
        return digest.hexdigest()


def what_is_constant(tidy: str) -> bytes:
    version = subprocess.run([tidy, "--version"], check=True, capture_output=True).stdout
    return version + (ROOT / ".clang-tidy").read_bytes()


def run_tidy(command: list[str]) -> tuple[bool, str]:
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    # stderr counts the warnings of system headers; anything else there means that the tool itself failed.
    said = [line for line in run.stderr.splitlines(keepends=True) if not COUNTED.match(line)]
    return run.returncode == 0, run.stdout + "".join(said)


def look_at(tidy: str, build: pathlib.Path, group: list[Source]) -> list[tuple[Source, bool, str]]:
    """Each source with whether it is clean, and what was found, once for all of a group."""
    if len(group) == 1:
        clean, text = run_tidy([tidy, "--quiet", "-p", str(build), str(group[0].path)])
        return [(group[0], clean, text)]
    folder = build / "tidy-units"
    folder.mkdir(exist_ok=True)
    unit = write_unit(group, folder)
    # That sources are included is what a unit is for; they are looked at, though they are not the main file.
    command = [tidy, "--quiet", f"--config-file={ROOT / '.clang-tidy'}"]
    command += ["--checks=-bugprone-suspicious-include", f"--header-filter={INCLUDED}"]
    command += [str(unit), "--", *merged_flags(group)]
    clean, text = run_tidy(command)
    if clean:
        return [(source, True, "") for source in group]
    if "clang-diagnostic-" in text:
        return [found for half in halves(group) for found in look_at(tidy, build, half)]
    # A finding in a header of theirs names no source: then none of them is clean.
    blamed = [source for source in group if str(source.path) in text] or group
    return [(source, source not in blamed, text) for source in group]


class Findings:
    """Prints each finding once, however many sources include the header that it stands in."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def show(self, text: str) -> None:
        new = True
        for line in text.splitlines():
            if FINDING.match(line):
                new = line not in self.seen
                self.seen.add(line)
            if new and line:
                print(line, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs clang-tidy where something has changed.")
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--clang-tidy", default="clang-tidy")
    parser.add_argument("files", nargs="*", type=pathlib.Path, help="look at these only")
    arguments = parser.parse_args()

    wanted = {path.resolve() for path in arguments.files}
    chosen = [each for each in sources(arguments.build) if not wanted or each.path in wanted]
    reached, constant = Reached(), what_is_constant(arguments.clang_tidy)
    stamps = arguments.build / "tidy"
    stamps.mkdir(exist_ok=True)
    keys = {each.path: reached.key(each, constant) for each in chosen}
    changed = [each for each in chosen if not (stamps / keys[each.path]).exists()]

    started, failed, findings = time.monotonic(), 0, Findings()
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as workers:
        tidy, build = arguments.clang_tidy, arguments.build
        running = [workers.submit(look_at, tidy, build, group) for group in groups(changed)]
        for done in concurrent.futures.as_completed(running):
            for source, clean, text in done.result():
                if clean:
                    (stamps / keys[source.path]).touch()
                else:
                    failed += 1
                    findings.show(text)
    if not wanted:
        for stamp in stamps.iterdir():
            if stamp.name not in keys.values():
                stamp.unlink()
    seconds = time.monotonic() - started
    looked_at = f"{len(chosen)} sources, {len(changed)} looked at in {seconds:.0f} s"
    print(f"clang-tidy: {looked_at}, {failed} with problems")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
