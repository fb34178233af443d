#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The tag check finds what it is meant to find.

usage: thread_tags_test.py THREAD_TAGS_SCRIPT INCLUDE_DIR
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SCRIPT, INCLUDE = sys.argv[1], pathlib.Path(sys.argv[2])


class ThreadTags(unittest.TestCase):
    def check(self, text: str) -> subprocess.CompletedProcess:
        with tempfile.TemporaryDirectory() as folder:
            burrow = pathlib.Path(folder) / "burrow"
            burrow.mkdir()
            shutil.copy(INCLUDE / "burrow" / "thread.h", burrow)
            (burrow / "sample.h").write_text(text)
            return subprocess.run([sys.executable, SCRIPT, folder], capture_output=True, text=True)

    def test_accepts_a_valid_tag(self):
        run = self.check("// Does it.\n// [instance & idle]\nint32_t (*apply)(void *self);\n")
        self.assertEqual(run.returncode, 0, run.stdout)

    def test_refuses_a_missing_tag_with_its_place(self):
        run = self.check("// Does it.\nint32_t (*apply)(void *self);\n")
        self.assertEqual(run.returncode, 1)
        self.assertIn("sample.h:2: apply:", run.stdout)

    def test_refuses_words_that_are_not_on_the_lists(self):
        self.assertIn("no thread word", self.check("// [main & idle]\nvoid (*f)(void);\n").stdout)
        self.assertIn("no state word", self.check("// [any & asleep]\nvoid (*f)(void);\n").stdout)

    def test_refuses_a_tag_that_is_not_the_last_line(self):
        run = self.check("// [any & always]\n// Does it.\nvoid (*f)(void);\n")
        self.assertEqual(run.returncode, 1)

    def test_sees_exported_functions(self):
        run = self.check("// Does it.\nBURROW_EXPORT int32_t burrow_entry(void);\n")
        self.assertIn("burrow_entry:", run.stdout)

    def test_refuses_headers_without_functions(self):
        self.assertEqual(self.check("typedef int nothing;\n").returncode, 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
