#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails, with file:line, on files, functions and lines that are longer than a reader holds in mind.

usage: sizes.py [--root DIR]

Tables are exempt: a file named *_table.cpp, the lines between `clang-format off` and `clang-format on`, and the rows
of a test, which Qt Test wants in a function named *_data.
"""

import ast
import pathlib
import re
import sys
from typing import Iterator, NamedTuple

from project import C_FAMILY, Problem, code_only, files, report, root_argument, table_lines, text_of

FILE_LINES_NOTED = 400
FILE_LINES_MAX = 800
FUNCTION_LINES_MAX = 70
LINE_CHARACTERS_MAX = 112

CODE = C_FAMILY | {".py", ".sh", ".rs", ".go", ".ts", ".cmake"}
CODE_NAMES = {"CMakeLists.txt", "dev", "run"}

# A head that opens something to look into, not a function.
SCOPE = re.compile(
    r"^(?:template\s*<.*>\s*)?(?:(?:typedef|static|inline)\s+)*(?:class|struct|union|enum|namespace|extern)\b",
    re.DOTALL,
)
LABEL = re.compile(r"^(?:(?:public|protected|private|Q_SIGNALS)\s*(?:Q_SLOTS)?\s*:|Q_OBJECT|Q_GADGET)\s*")
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)


class Function(NamedTuple):
    line: int
    length: int
    name: str


def closing(code: str, opening: int) -> int:
    """The place of the brace that closes the one at `opening`; the end where there is none."""
    depth = 0
    for at in range(opening, len(code)):
        if code[at] == "{":
            depth += 1
        elif code[at] == "}":
            depth -= 1
            if depth == 0:
                return at
    return len(code) - 1


def strip_labels(head: str) -> str:
    head = head.strip()
    while match := LABEL.match(head):
        head = head[match.end() :]
    return head


def name_of(head: str) -> str:
    match = re.search(r"([\w:~]+|operator\s*\S{1,3})\s*\(", head)
    return match[1] if match else "?"


def c_functions(source: str) -> Iterator[Function]:
    """Bodies at file, namespace or class level. Lambdas count as part of the function that they stand in."""
    # A macro's body is not a function, however many lines it has.
    code = DIRECTIVE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), code_only(source))
    exempt = table_lines(source)
    head_start = at = 0
    while at < len(code):
        character = code[at]
        if character in ";}":
            head_start = at + 1
        elif character == "{":
            head = strip_labels(code[head_start:at])
            if "(" in head and not SCOPE.match(head) and not re.search(r"=\s*$", head):
                end = closing(code, at)
                following = code[end + 1 :].lstrip()[:1]
                if following in (",", "{"):
                    at = end + 1  # `m_x{0},` and `m_x{0} {`: still the list in front of a constructor's body.
                    continue
                first = code.count("\n", 0, at) + 1
                last = code.count("\n", 0, end) + 1
                signature = 0 if code[code.rfind("\n", 0, at) + 1 : at].strip() else 1
                counted = sum(1 for number in range(first, last + 1) if number not in exempt) + signature
                yield Function(first, counted, name_of(head))
                at = end
                head_start = at + 1
            elif re.search(r"(=|return|\w\s*)$", head) and not SCOPE.match(head):
                at = closing(code, at)  # An initializer.
            else:
                head_start = at + 1
        at += 1


def python_functions(source: str) -> Iterator[Function]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield Function(node.lineno, node.end_lineno - node.lineno + 1, node.name)


def functions(path: pathlib.Path, source: str) -> Iterator[Function]:
    if path.suffix in C_FAMILY:
        yield from c_functions(source)
    elif path.suffix == ".py":
        yield from python_functions(source)


def problems_of(path: pathlib.Path, source: str) -> Iterator[Problem]:
    is_table = path.name.endswith("_table.cpp")
    lines = source.splitlines()
    if len(lines) > FILE_LINES_MAX and not is_table:
        yield Problem(path, len(lines), f"{len(lines)} lines; at most {FILE_LINES_MAX}: split it by subject")
    exempt = table_lines(source)
    for number, line in enumerate(lines, start=1):
        if len(line) > LINE_CHARACTERS_MAX and number not in exempt and not is_table:
            yield Problem(path, number, f"{len(line)} characters; a line has at most {LINE_CHARACTERS_MAX}")
    for function in functions(path, source):
        is_rows = function.name.endswith("_data")
        if function.length > FUNCTION_LINES_MAX and not is_table and not is_rows:
            yield Problem(
                path,
                function.line,
                f"{function.name} has {function.length} lines; a function has at most {FUNCTION_LINES_MAX}",
            )


def main() -> int:
    root = root_argument(__doc__)
    looked_at = [path for path in files(root) if path.suffix in CODE or path.name in CODE_NAMES]
    problems: list[Problem] = []
    counted = 0
    for path in looked_at:
        source = text_of(root / path)
        problems += problems_of(path, source)
        counted += sum(1 for _ in functions(path, source))
        length = source.count("\n")
        if FILE_LINES_NOTED < length <= FILE_LINES_MAX:
            print(f"{path}:{length}: note: {length} lines; does it still say one thing?")
    return report("sizes", f"{len(looked_at)} files, {counted} functions", problems)


if __name__ == "__main__":
    sys.exit(main())
