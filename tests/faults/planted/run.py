#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plants each bug of this folder into a copy of the sources and says whether the fault driver finds it.

usage: run.py [NAME]...       a name is the beginning of a patch's, such as 03; without any, all are tried

The copy, its build and the stores that were broken are in build/planted; the project's own sources are never
touched. What is planted is a patch and not a switch in the product: there is nothing to leave on by mistake. A
patch that no longer applies fails the run.
"""

import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
PATCHES = ROOT / "tests" / "faults" / "planted"
COPY = ROOT / "build" / "planted" / "src"
BUILD = COPY / "build" / "dev"
BROKEN = ROOT / "build" / "planted" / "broken"
COPIED = ["CMakeLists.txt", "CMakePresets.json", "README.md", "LICENSE"]
COPIED += ["abi", "cmake", "config", "host", "plugins", "tests"]

# Which invariant it breaks, and which phases of the driver are to find that; no phase is all of them.
EXPECTED = {
    "01": ("I1", ["--images", "400", "cut"]),
    "02": ("I1", ["--images", "200", "cut", "sync"]),
    "03": ("I7", ["--short", "fence"]),
    "04": ("I1", ["--short", "space"]),
    "05": ("I1", ["--images", "800", "cut"]),
    "06": ("I5", ["sync"]),
    "07": ("I6", ["stop"]),
    "08": ("I2", ["--images", "200", "cut"]),
    "09": ("I8", ["--short", "tamper"]),
    "10": ("I1", ["--kills", "10", "kill"]),
}


def copy_changed() -> None:
    """Only what differs is written, so that only that is built again."""
    for name in COPIED:
        top = ROOT / name
        for source in [top, *top.rglob("*")]:
            if not source.is_file():
                continue
            target = COPY / source.relative_to(ROOT)
            if not target.exists() or target.read_bytes() != source.read_bytes():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)


def run(*command: object, quiet: bool = True) -> int:
    out = subprocess.PIPE if quiet else None
    words = [str(word) for word in command]
    done = subprocess.run(words, stdout=out, stderr=subprocess.STDOUT, text=True, check=False)
    if quiet and done.returncode != 0:
        print(done.stdout[-3000:], file=sys.stderr)
    return done.returncode


def build() -> bool:
    # The flags and the place among the sources are those of `./dev build`, so that a compiler cache knows most.
    if not (BUILD / "build.ninja").exists() and run("cmake", "--preset", "dev", "-S", COPY) != 0:
        return False
    return run("cmake", "--build", BUILD, "--target", "burrow-faults") == 0


def driven(command: list[object]) -> subprocess.CompletedProcess:
    """Runs the driver, three times at most while a signal ends it: a bug may take its process down unheard."""
    for _ in range(3):
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode >= 0:
            break
    return done


def found(patch: pathlib.Path) -> str:
    """What became of a planted bug: "found", or what went wrong."""
    copy_changed()
    if run("patch", "--batch", "-p1", "-d", COPY, "-i", patch) != 0:
        return "the patch no longer applies"
    if not build():
        return "does not build"
    invariant, phases = EXPECTED[patch.name[:2]]
    folder = BROKEN / patch.stem
    shutil.rmtree(folder, ignore_errors=True)
    command = [BUILD / "tests" / "bin" / "burrow-faults", "--folder", folder, *phases]
    try:
        done = driven(command)
    except subprocess.TimeoutExpired:
        return "NOT FOUND: the driver does not end"
    sentences = [line.strip() for line in done.stdout.splitlines() if line.strip().startswith("!")]
    if done.returncode == 0 or not sentences:
        return f"NOT FOUND: the driver ends with {done.returncode}"
    # Red for another reason proves nothing about this bug.
    right = [sentence[2:] for sentence in sentences if f": {invariant} " in sentence]
    return f"found: {right[0]}" if right else f"NOT FOUND by {invariant}: {sentences[0][2:]}"


def main() -> int:
    wanted = sys.argv[1:]
    missed = 0
    for patch in sorted(PATCHES.glob("*.patch")):
        if wanted and not any(patch.name.startswith(name) for name in wanted):
            continue
        answer = found(patch)
        missed += 0 if answer.startswith("found") else 1
        print(f"{patch.stem:34} {answer}", flush=True)
    copy_changed()
    print(f"{missed} not found")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
