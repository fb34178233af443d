#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Installs a build under a temporary prefix, then builds and runs a project there that knows only the prefix.

usage: check_package.py --build DIR --cmake CMAKE --cc CC --cxx CXX
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CONSUMER = HERE / "consumer"


def run(*command: object, environment: dict[str, str] | None = None) -> str:
    """The program's stdout; a failure ends the test with all it said."""
    words = [str(word) for word in command]
    done = subprocess.run(words, check=False, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)}\nended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def expect(what: str, expected: str, actual: str) -> None:
    if expected not in actual:
        sys.exit(f"{what}: expected {expected!r}, got {actual!r}")
    print(f"{what}: {actual.strip().splitlines()[-1]}")


def find(prefix: pathlib.Path, name: str) -> pathlib.Path:
    found = sorted(prefix.rglob(name))
    if not found:
        sys.exit(f"{name} was not installed")
    return found[0]


def check_cmake(arguments: argparse.Namespace, prefix: pathlib.Path, build: pathlib.Path) -> None:
    run(arguments.cmake, "-S", CONSUMER, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DCMAKE_C_COMPILER={arguments.cc}", f"-DCMAKE_CXX_COMPILER={arguments.cxx}")
    run(arguments.cmake, "--build", build)
    expect("plugin built with CMake", "hello, built for ABI", run(build / "probe", build / "libhello.so"))
    plugins = find(prefix, "libecho.so").parent
    expect("program that embeds the host", "HELLO", run(build / "embed", plugins))


def check_pkg_config(arguments: argparse.Namespace, prefix: pathlib.Path, build: pathlib.Path) -> None:
    folder = find(prefix, "burrow-abi.pc").parent
    environment = {**os.environ, "PKG_CONFIG_PATH": str(folder)}
    # The prefix of this test is not the one that was configured; packages are moved like that too.
    asked = ["pkg-config", "--define-prefix", "burrow-abi"]
    flags = run(*asked, "--cflags", environment=environment).split()
    script = run(*asked, "--variable=version_script", environment=environment).strip()
    library = build / "libhello-pkg-config.so"
    run(arguments.cc, "-std=c11", "-shared", "-fPIC", *flags, f"-Wl,--version-script={script}",
        CONSUMER / "hello.c", "-o", library)
    expect("plugin built with pkg-config", "hello, built for ABI", run(build / "probe", library))


def main() -> int:
    parser = argparse.ArgumentParser(description="Builds a consumer of an installed Burrow.")
    for name in ("build", "cmake", "cc", "cxx"):
        parser.add_argument(f"--{name}", required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="burrow-package-") as folder:
        prefix = pathlib.Path(folder) / "prefix"
        build = pathlib.Path(folder) / "build"
        run(arguments.cmake, "--install", arguments.build, "--prefix", prefix, "--strip")
        for name in ("burrow.1", "burrow-run.1", "completions/burrow", "_burrow", "burrow.fish"):
            find(prefix, name)
        check_cmake(arguments, prefix, build)
        check_pkg_config(arguments, prefix, build)
    return 0


if __name__ == "__main__":
    sys.exit(main())
