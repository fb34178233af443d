#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles each header alone, so that none leans on what another happened to include.

usage: headers.py INCLUDE_DIR LANGUAGE STANDARD COMPILER
"""

import pathlib
import subprocess
import sys

FLAGS = ["-pedantic", "-Wall", "-Wextra", "-Wshadow", "-Werror", "-fsyntax-only"]


def main() -> int:
    include_dir, language, standard, compiler = sys.argv[1:]
    include = pathlib.Path(include_dir)
    headers = sorted(path.relative_to(include) for path in include.rglob("*.h"))
    if not headers:
        print(f"{include}: no headers")
        return 1
    failed = 0
    for header in headers:
        # Twice, for the include guard; the typedef, because an empty translation unit is not C.
        source = f'#include "{header}"\n#include "{header}"\ntypedef int not_empty;\n'
        command = [compiler, f"-std={standard}", "-x", language, f"-I{include}", *FLAGS, "-"]
        run = subprocess.run(command, input=source, text=True, capture_output=True)
        if run.returncode != 0:
            failed += 1
            print(f"{include / header}: does not compile alone as {standard}\n{run.stderr}")
    print(f"{len(headers) - failed} of {len(headers)} headers compile alone as {standard} with {compiler}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
