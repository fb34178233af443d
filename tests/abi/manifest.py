#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails when a library's descriptor and the manifest beside it say different things.

usage: manifest.py DESCRIBE_PROGRAM LIBRARY
"""

import json
import pathlib
import subprocess
import sys

THREAD_MODELS = {"serial_library": 1, "serial_instance": 2, "parallel": 3, "pinned": 4}
FLAGS = {"blocking": 1, "cancels_boundary": 2, "cancels_hard": 4, "restores_snapshot": 8, "needs_cleanup": 16}
KEYS = {"manifest", "id", "version", "abi", "kinds", "thread_model", "flags", "runtime", "isolation", "inline",
        "permissions", "config_schema"}


def expected(manifest: dict) -> dict:
    return {
        "id": manifest["id"],
        "version": manifest["version"],
        "runtime": manifest["runtime"],
        "abi_min": manifest["abi"]["min"],
        "abi_built": manifest["abi"]["built"],
        "thread_model": THREAD_MODELS[manifest["thread_model"]],
        "flags": sum(FLAGS[flag] for flag in manifest["flags"]),
        "executor": "executor" in manifest["kinds"],
        "drain": "drain" in manifest["kinds"],
        "config_schema": manifest["config_schema"],
    }


def main() -> int:
    describe, library = sys.argv[1], pathlib.Path(sys.argv[2])
    manifest_path = library.with_name(library.stem.removeprefix("lib") + ".burrow-plugin.json")
    manifest = json.loads(manifest_path.read_text())
    output = subprocess.run([describe, str(library)], capture_output=True, text=True, check=True).stdout
    descriptor = json.loads(output)
    problems = [f"the key {key} is missing or unknown" for key in sorted(set(manifest) ^ KEYS)]
    for key, value in expected(manifest).items():
        if descriptor[key] != value:
            problems.append(f"{key} is {descriptor[key]!r} in the descriptor and {value!r} in the manifest")
    if manifest["isolation"] not in ("in_process", "process"):
        problems.append(f"isolation is {manifest['isolation']!r}")
    for problem in problems:
        print(f"{manifest_path}: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
