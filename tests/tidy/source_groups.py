# SPDX-License-Identifier: Apache-2.0
"""Sources that clang-tidy looks at together.

Most of what clang-tidy does for one of our sources is to read Qt's headers. So sources of one folder are put
into one translation unit that includes them all. Names in unnamed namespaces may collide there: then the group
is halved until it compiles, and a source that is alone is looked at as it is.
"""

import hashlib
import pathlib
from typing import NamedTuple

GROUP_MAX = 12

# Each test is a program of its own; together they would have many beginnings.
WITHOUT_MAIN = """#if __has_include(<QTest>)
#include <QTest>
#undef QTEST_MAIN
#define QTEST_MAIN(ignored)
#undef QTEST_GUILESS_MAIN
#define QTEST_GUILESS_MAIN(ignored)
#undef QTEST_APPLESS_MAIN
#define QTEST_APPLESS_MAIN(ignored)
#endif
"""


class Source(NamedTuple):
    path: pathlib.Path
    command: list[str]


def groups(sources: list[Source]) -> list[list[Source]]:
    """Neighbours of one folder, in groups of about the same size; C stands alone."""
    folders: dict[pathlib.Path, list[Source]] = {}
    found = []
    for source in sources:
        if source.path.suffix == ".c":
            found.append([source])
        else:
            folders.setdefault(source.path.parent, []).append(source)
    for members in folders.values():
        count = -(-len(members) // GROUP_MAX)
        size = -(-len(members) // count)
        found += [members[at : at + size] for at in range(0, len(members), size)]
    return found


def halves(group: list[Source]) -> list[list[Source]]:
    middle = (len(group) + 1) // 2
    return [group[:middle], group[middle:]]


def flags(source: Source) -> list[str]:
    """The compiler's options without its name, its output and the source."""
    kept = []
    words = iter(source.command[1:])
    for word in words:
        if word in ("-o", "-MT", "-MF", "-c"):
            next(words, None)
        elif word != "-MD" and not word.endswith(("/clang++", "/clang")):
            kept.append(word)
    return kept


def merged_flags(group: list[Source]) -> list[str]:
    """What any of them needs: they differ in where they look for headers."""
    merged = flags(group[0])
    for source in group[1:]:
        words = iter(flags(source))
        for word in words:
            if word in ("-isystem", "-I", "-include"):
                folder = next(words)
                if folder not in merged:
                    merged += [word, folder]
            elif word not in merged:
                merged.append(word)
    return merged


def write_unit(group: list[Source], folder: pathlib.Path) -> pathlib.Path:
    text = WITHOUT_MAIN + "".join(f'#include "{source.path}"\n' for source in group)
    unit = folder / (hashlib.sha256(text.encode()).hexdigest()[:16] + ".cpp")
    unit.write_text(text)
    return unit
