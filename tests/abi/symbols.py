#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails when a plugin library exports more than the entry symbol, or pulls in Qt.

usage: symbols.py LIBRARY
"""

import subprocess
import sys


def output_of(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main() -> int:
    library = sys.argv[1]
    symbols = [line.split()[-1] for line in output_of("nm", "-D", "--defined-only", library).splitlines()]
    libraries = [line.split()[0] for line in output_of("ldd", library).splitlines()]
    problems = []
    if symbols != ["burrow_plugin_entry_v1"]:
        problems.append(f"exports {', '.join(symbols) or 'nothing'}")
    problems += [f"needs {name}" for name in libraries if "Qt" in name]
    for problem in problems:
        print(f"{library}: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
