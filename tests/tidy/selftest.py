#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows each rule of this folder a small project that breaks it: a rule that finds nothing is noticed."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent

# Words are put together here, so that this file passes the rule that it tests.
UNFINISHED = "TO" + "DO"
REGISTRY = "crates" + ".io"
MACHINE_PATH = "/ro" + "ot/burrow"
TRACKER = "issue " + "#12"

DEV = """#!/bin/sh
verbs() {
    cat <<'END'
run   start it
END
}
verb_run() {
    :
}
"""


class Rule(unittest.TestCase):
    """A project in a temporary folder, and what a rule says of it."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="burrow-tidy-")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def run_rule(self, rule: str) -> tuple[int, list[str]]:
        command = [sys.executable, str(HERE / f"{rule}.py"), "--root", str(self.root)]
        run = subprocess.run(command, check=False, capture_output=True, text=True)
        self.assertEqual("", run.stderr)
        return run.returncode, run.stdout.splitlines()

    def assert_clean(self, rule: str) -> None:
        code, lines = self.run_rule(rule)
        self.assertEqual((0, 1), (code, len(lines)), lines)

    def assert_only(self, rule: str, place: str, *words: str) -> None:
        """Exactly one problem, at that place, with these words in its line."""
        code, lines = self.run_rule(rule)
        self.assertEqual(1, code, lines)
        self.assertEqual(2, len(lines), lines)
        self.assertTrue(lines[0].startswith(f"{place}: "), lines)
        for word in words:
            self.assertIn(word, lines[0])


class Layers(Rule):
    def test_a_folder_may_include_what_its_row_lists(self) -> None:
        self.write("host/model/input.h", '#include "base/result.h"\n#include <QByteArray>\n')
        self.write("host/base/result.h", "")
        self.write("host/plugin/loader.cpp", '#include "burrow/entry.h"\n')
        self.write("abi/include/burrow/entry.h", "")
        self.assert_clean("layers")

    def test_a_folder_may_not_include_a_layer_above(self) -> None:
        self.write("host/base/result.h", '\n#include "model/input.h"\n')
        self.write("host/model/input.h", "")
        self.assert_only("layers", "host/base/result.h:2", "model/input.h")

    def test_a_path_that_climbs_is_seen_for_what_it_is(self) -> None:
        self.write("host/machine/step.cpp", '#include "../core/lane.h"\n')
        self.write("host/core/lane.h", "")
        self.assert_only("layers", "host/machine/step.cpp:1", "../core/lane.h")

    def test_only_the_plugin_folder_sees_the_abi(self) -> None:
        self.write("host/session/loop.cpp", "#include <burrow/executor.h>\n")
        self.write("abi/include/burrow/executor.h", "")
        self.assert_only("layers", "host/session/loop.cpp:1", "burrow/executor.h")

    def test_a_plugin_may_not_include_the_host(self) -> None:
        self.write("plugins/echo/echo.cpp", '#include "base/result.h"\n')
        self.write("host/base/result.h", "")
        self.assert_only("layers", "plugins/echo/echo.cpp:1", "base/result.h")

    def test_pure_folders_hold_no_objects(self) -> None:
        self.write("host/core/session_core.h", "#include <QtCore/QTimer>\n")
        self.assert_only("layers", "host/core/session_core.h:1", "QTimer")

    def test_a_library_has_one_home(self) -> None:
        self.write("host/control/host.cpp", "#include <yaml-cpp/yaml.h>\n")
        self.assert_only("layers", "host/control/host.cpp:1", "host/config alone")

    def test_a_folder_without_a_row_is_refused(self) -> None:
        self.write("host/helpers/text.h", "")
        self.assert_only("layers", "host/helpers/text.h:1", "host/helpers has no row")

    def test_a_comment_includes_nothing(self) -> None:
        self.write("host/base/result.h", '// #include "model/a.h"\n/*\n#include "model/input.h"\n*/\n')
        self.write("host/model/input.h", "")
        self.assert_clean("layers")

    def test_tests_may_include_everything(self) -> None:
        self.write("tests/core/lane_test.cpp", '#include "store/memory_store.h"\n')
        self.write("host/store/memory_store.h", "")
        self.assert_clean("layers")

    def test_a_folder_may_not_link_a_layer_above(self) -> None:
        self.write("host/model/CMakeLists.txt", "burrow_add_folder(model\n  LINKS burrow::base burrow::port)\n")
        self.assert_only("layers", "host/model/CMakeLists.txt:2", "burrow::port")

    def test_a_folder_links_what_it_includes(self) -> None:
        self.write("host/port/CMakeLists.txt", "burrow_add_folder(port LINKS burrow::base)\n")
        self.write("host/base/CMakeLists.txt", "burrow_add_folder(base)\n")
        self.write("host/model/CMakeLists.txt", "burrow_add_folder(model LINKS burrow::base)\n")
        self.write("host/model/input.h", "")
        self.write("host/port/store.h", '#include "model/input.h"\n')
        self.assert_only("layers", "host/port/store.h:1", "does not link burrow::model")


class Sizes(Rule):
    def function(self, lines: int) -> str:
        return "int long_one(int a)\n{\n" + "    ++a;\n" * (lines - 4) + "    return a;\n}\n"

    def test_what_fits_is_clean(self) -> None:
        self.write("host/base/fits.cpp", self.function(70) + self.function(70))
        self.assert_clean("sizes")

    def test_a_function_of_more_than_70_lines_fails(self) -> None:
        self.write("host/base/long.cpp", "namespace burrow {\n" + self.function(71) + "}\n")
        self.assert_only("sizes", "host/base/long.cpp:3", "long_one has 71 lines")

    def test_a_constructor_is_measured_behind_its_list(self) -> None:
        start = "class A\n{\npublic:\n    A()\n        : m_a{0}\n        , m_b(1)\n    {\n"
        self.write("host/base/list.h", start + "        ++m_a;\n" * 70 + "    }\n    int m_a, m_b;\n};\n")
        self.assert_only("sizes", "host/base/list.h:7", "has 73 lines")

    def test_braces_in_text_and_comments_do_not_count(self) -> None:
        body = 'int f()\n{\n    // {\n    return g("{", \'{\');\n}\n'
        self.write("host/base/text.cpp", body + "int x;\n" * 80)
        self.assert_clean("sizes")

    def test_a_table_is_not_a_function(self) -> None:
        table = "// clang-format off\n" + "    {1, 2},\n" * 90 + "    // clang-format on\n"
        self.write("host/base/rows.cpp", "void rows()\n{\n    " + table + "}\n")
        self.write("tests/base/rows.cpp", "void Test::rows_data()\n{\n" + "    row();\n" * 90 + "}\n")
        self.write("host/base/plain.cpp", "const int rows[] = {\n" + "    f(1),\n" * 90 + "};\n")
        self.assert_clean("sizes")

    def test_a_python_function_of_more_than_70_lines_fails(self) -> None:
        self.write("tests/long.py", "def long_one():\n" + "    pass\n" * 70)
        self.assert_only("sizes", "tests/long.py:1", "long_one has 71 lines")

    def test_a_file_of_more_than_800_lines_fails(self) -> None:
        self.write("host/base/file.cpp", "int x;\n" * 801)
        self.assert_only("sizes", "host/base/file.cpp:801", "801 lines")

    def test_a_line_of_more_than_112_characters_fails(self) -> None:
        self.write("host/base/wide.cpp", "int x;\n// " + "x" * 110 + "\n")
        self.assert_only("sizes", "host/base/wide.cpp:2", "113 characters")

    def test_a_long_file_is_only_noted(self) -> None:
        self.write("host/base/file.cpp", "int x;\n" * 401)
        code, lines = self.run_rule("sizes")
        self.assertEqual(0, code)
        self.assertIn("note: 401 lines", lines[0])


class Words(Rule):
    def test_ordinary_text_is_clean(self) -> None:
        self.write("host/base/a.cpp", "// A home/user path and /dev/null are fine.\nint printfLike(int x);\n")
        self.assert_clean("words")

    def test_words_that_do_not_belong_here(self) -> None:
        for rule, text in [
            ("unfinished", f"// {UNFINISHED}: later"),
            ("registry", f"// from {REGISTRY}"),
            ("machine-path", f"// see {MACHINE_PATH}"),
            ("tracker", f"// for {TRACKER}"),
            ("trailing-space", "int x; "),
            ("tab", "\tint x;"),
        ]:
            with self.subTest(rule):
                self.write("host/base/a.cpp", f"int y;\n{text}\n")
                self.assert_only("words", "host/base/a.cpp:2", f"[{rule}]")

    def test_calls_that_have_a_replacement(self) -> None:
        for rule, path, text in [
            ("sleep", "tests/base/a.cpp", "QTest::qWait(10);"),
            ("sleep", "host/base/a.cpp", "std::this_thread::sleep_for(1s);"),
            ("continuation", "host/base/a.cpp", "future.then(context, done);"),
            ("stdout", "host/session/a.cpp", "std::cout << 1;"),
            ("stdout", "plugins/echo/a.c", "printf(text);"),
            ("debug", "host/cli/a.cpp", "qDebug() << 1;"),
            ("unbounded-text", "plugins/echo/a.c", "strcpy(to, from);"),
            ("shell", "plugins/command/a.cpp", "std::system(line);"),
            ("random", "tests/a.cpp", "int x = rand();"),
            ("assert", "host/core/a.cpp", "assert(x);"),
            ("nested-loop", "host/session/a.cpp", "QEventLoop loop;"),
            ("throw", "host/core/a.cpp", "throw std::bad_alloc();"),
            ("delete", "host/core/a.cpp", "delete m_child;"),
            ("detach", "host/session/a.cpp", "thread.detach();"),
            ("skipped-test", "tests/a.cpp", 'QSKIP("later");'),
        ]:
            with self.subTest(text):
                self.write(path, f"int y;\n{text}\n")
                self.assert_only("words", f"{path}:2", f"[{rule}]", "use instead")
                (self.root / path).unlink()

    def test_calls_in_comments_and_text_are_no_calls(self) -> None:
        self.write("host/base/a.cpp", '// sleep(1) and delete x\nconst char *text = "printf(1)";\n')
        self.write("host/base/b.h", "struct B { B(const B &) = delete; };\nstatic_assert(sizeof(B) == 1);\n")
        self.assert_clean("words")

    def test_a_reason_allows_a_line(self) -> None:
        self.write("host/base/a.cpp", "// tidy: allow delete: the C library hands it over.\ndelete m_child;\n")
        self.assert_clean("words")
        self.write("host/base/a.cpp", "// tidy: allow delete:\ndelete m_child;\n")
        self.assert_only("words", "host/base/a.cpp:2", "[delete]")


class Docs(Rule):
    def test_true_pages_are_clean(self) -> None:
        self.write("dev", DEV)
        self.write("README.md", "# Burrow\n`./dev run` starts it: `host/base/`, [map](host/README.md#top).\n")
        self.write("host/README.md", "# Host\n## Where do I change X\n`base/`\n```\n# not a title\n```\n")
        self.write("host/base/CMakeLists.txt", "")
        self.assert_clean("docs")

    def test_a_dead_path_fails(self) -> None:
        self.write("host/README.md", "# Host\n## Where do I change X\nSee `base/gone.h`.\n")
        self.assert_only("docs", "host/README.md:3", "base/gone.h does not exist")

    def test_a_folder_missing_on_the_map_fails(self) -> None:
        self.write("host/README.md", "# Host\n## Where do I change X\n")
        self.write("host/base/CMakeLists.txt", "")
        self.assert_only("docs", "host/README.md:1", "host/base is not on the map")

    def test_a_missing_verb_fails(self) -> None:
        self.write("dev", DEV)
        self.write("page.md", "# Page\n```\n./dev fly --high\n```\n")
        self.assert_only("docs", "page.md:3", "no verb fly")

    def test_help_and_verbs_agree(self) -> None:
        self.write("dev", DEV + "verb_hidden() {\n    :\n}\n")
        self.assert_only("docs", "dev:1", "hidden is not listed")

    def test_a_dead_link_fails(self) -> None:
        self.write("page.md", "# Page\n[there](gone.md)\n")
        self.assert_only("docs", "page.md:2", "gone.md")

    def test_two_titles_fail(self) -> None:
        self.write("page.md", "# Page\n# Another\n")
        self.assert_only("docs", "page.md:2", "2 titles")


if __name__ == "__main__":
    unittest.main(verbosity=2)
