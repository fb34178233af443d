#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the published JSON Schema against a second implementation of JSON Schema.

usage: schema_test.py SOURCE_FOLDER BURROW

Every example validates and passes `burrow check`; broken files are rejected; and for every golden file of
tests/config the schema and the host agree, as far as a schema can say it.
"""

import json
import pathlib
import re
import subprocess
import sys
import unittest

import jsonschema
import yaml

SOURCE = pathlib.Path(sys.argv.pop(1))
BURROW = pathlib.Path(sys.argv.pop(1))
SCHEMA = json.loads((SOURCE / "config/schema/burrow-1.json").read_text(encoding="utf-8"))

# Findings that a schema makes too, wherever they stand.
NUMBERS_SEEN = (1010, 1014, 1015, 1016, 1017, 1018, 1020, 1021, 1022, 1024, 1041, 1042, 1043)
SEEN_BY_SCHEMA = {f"BUR{number}" for number in NUMBERS_SEEN}

class CoreLoader(yaml.SafeLoader):
    """Reads plain scalars by YAML 1.2's core schema, as the host does: `yes` and `on` are text."""


CoreLoader.yaml_implicit_resolvers = {}
for tag, pattern, first in [
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
]:
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))


def problems(text: str) -> list[str]:
    """What the schema has against a file."""
    validator = jsonschema.Draft7Validator(SCHEMA)
    return [f"{'.'.join(map(str, each.absolute_path))}: {each.message}"
            for each in validator.iter_errors(yaml.load(text, Loader=CoreLoader))]


def check(path: pathlib.Path) -> subprocess.CompletedProcess:
    return subprocess.run([BURROW, "check", path], check=False, capture_output=True, text=True)


ECHO = "version: 1\nexecutors: { e: { plugin: echo } }\n"
CONFIGURED = "version: 1\nexecutors: { e: { plugin: %s, config: { %s } } }\n"

BROKEN = {
    "no version": "host: { name: desk }\n",
    "another version": "version: 2\n",
    "a version in quotes": 'version: "1"\n',
    "an unknown key": "version: 1\nsesions: {}\n",
    "an unknown key below": "version: 1\nhost: { nam: desk }\n",
    "a planned key": "version: 1\nprofiles: {}\n",
    "a planned key below": "version: 1\nsecurity: { env_allow: [ PATH ] }\n",
    "a list at the top": "- version: 1\n",
    "a list for a mapping": "version: 1\nhost: []\n",
    "a number for a duration": "version: 1\nlimits: { turn_timeout: 30 }\n",
    "a duration in words": "version: 1\nlimits: { turn_timeout: 30 sec }\n",
    "a duration of two parts": "version: 1\nlimits: { turn_timeout: 1h30m }\n",
    "a number for a size": "version: 1\nlimits: { output_per_turn: 4096 }\n",
    "a size of tens": "version: 1\nlimits: { output_per_turn: 8MB }\n",
    "a count in words": "version: 1\nlimits: { sessions: many }\n",
    "a negative count": "version: 1\nlimits: { sessions: -1 }\n",
    "a count below its bound": "version: 1\nlimits: { sessions: 0 }\n",
    "a count above its bound": "version: 1\nlimits: { queue_per_session: 1000001 }\n",
    "a count in quotes": 'version: 1\nlimits: { sessions: "10" }\n',
    "yes for a flag": "version: 1\nplugins: { p: { enabled: yes } }\n",
    "a number for a flag": "version: 1\nplugins: { p: { enabled: 1 } }\n",
    "another choice": "version: 1\nstore: { kind: floppy }\n",
    "another isolation": "version: 1\nplugins: { p: { isolation: thread } }\n",
    "a name in capitals": "version: 1\nhost: { name: Desk }\n",
    "a name of an instance in capitals": "version: 1\nexecutors: { E: { plugin: echo } }\n",
    "an executor without a plugin": "version: 1\nexecutors: { e: { config: {} } }\n",
    "an executor that is empty": "version: 1\nexecutors: { e: }\n",
    "a session without an executor": ECHO + "sessions: { s: {} }\n",
    "a list for an executor's name": ECHO + "sessions: { s: { executor: [ e ] } }\n",
    "a number for a label": ECHO + "sessions: { s: { executor: e, labels: { a: 1 } } }\n",
    "a label with a space": ECHO + 'sessions: { s: { executor: e, labels: { "a b": x } } }\n',
    "an empty text": ECHO + 'sessions: { s: { executor: e, on_start: " " } }\n',
    "an unknown way to start": ECHO + "sessions: { s: { executor: e, on_start: { path: x } } }\n",
    "one path for a list": "version: 1\nsecurity: { plugin_dirs: plugins }\n",
    "one path to include": "version: 1\ninclude: more.yaml\n",
    "an empty path": 'version: 1\nhost: { data_dir: "" }\n',
    "a section that is a list": "version: 1\nexecutors: { e: { plugin: echo, config: [] } }\n",
    "an unknown key of a plugin": CONFIGURED % ("echo", "prefx: x"),
    "another type in a plugin": CONFIGURED % ("echo", "uppercase: yes"),
    "a plugin without its section": "version: 1\nexecutors: { e: { plugin: command } }\n",
    "a plugin without its key": CONFIGURED % ("command", "cwd: /"),
    "a plugin's empty list": CONFIGURED % ("command", "argv: []"),
    "a plugin's bound": CONFIGURED % ("command", "argv: [ x ], timeout_ms: 0"),
    "a plugin's choice": CONFIGURED % ("command", "argv: [ x ], cancel_signal: KILL"),
    "a step of a script": CONFIGURED % ("scripted", "script: [ { anser: x } ]"),
    "a text that is no reference": 'version: 1\nlimits: { sessions: "$(nproc)" }\n',
    "a reference of no kind": 'version: 1\nlimits: { sessions: "${SESSIONS}" }\n',
}

REFERENCES = """
version: 1
include: [ "${env:CONF:-conf.d}/*.yaml" ]
host: { name: "${env:NAME}", data_dir: "${env:DATA:-~/x}", shutdown_timeout: "${env:WAIT:-20s}" }
store: { kind: "${env:KIND}", retention: { keys: "${env:KEYS}" } }
limits: { sessions: "${env:SESSIONS:-5}", output_per_turn: "${file:size}" }
security: { plugin_dirs: [ "${env:PLUGINS}" ] }
plugins: { echo: { enabled: "${env:ECHO:-true}", path: "${env:ECHO_PATH}" } }
executors:
  one: { plugin: "${env:PLUGIN}", config: { anything: [ 1 ] } }
  two:
    plugin: command
    config: { argv: [ "${env:SHELL}" ], timeout_ms: "${env:MS:-5}", cancel_signal: "${env:S}" }
  three: { plugin: scripted, config: { script: [ { answer: "${file:answer}", hang: "${env:HANG}" } ] } }
sessions:
  s: { executor: "${env:EXECUTOR}", labels: { team: "${env:TEAM}" }, on_start: "${file:prompt}" }
"""


class Schema(unittest.TestCase):
    def test_is_a_schema(self):
        jsonschema.Draft7Validator.check_schema(SCHEMA)

    def test_every_example_validates_and_is_checked(self):
        examples = sorted((SOURCE / "config/examples").glob("*.yaml"))
        self.assertGreaterEqual(len(examples), 7)
        for path in examples:
            with self.subTest(path.name):
                self.assertEqual(problems(path.read_text(encoding="utf-8")), [])
                checked = check(path)
                self.assertEqual(checked.returncode, 0, checked.stderr)
                self.assertEqual(checked.stderr, "")

    def test_a_file_with_every_key_validates(self):
        path = SOURCE / "tests/config/every_key.yaml"
        self.assertEqual(problems(path.read_text(encoding="utf-8")), [])

    def test_every_value_may_be_a_reference(self):
        self.assertEqual(problems(REFERENCES), [])

    def test_empty_places_are_fine(self):
        empty = "version: 1\nhost:\nstore: { retention: }\nsessions:\n"
        self.assertEqual(problems(empty + "executors: { e: { plugin: echo, config: } }\n"), [])

    def test_other_plugins_are_not_judged(self):
        self.assertEqual(problems(CONFIGURED % ("acme", "any: [ 1, { thing: yes } ]")), [])

    def test_broken_files_are_rejected(self):
        for name, text in BROKEN.items():
            with self.subTest(name):
                self.assertNotEqual(problems(text), [])

    def test_golden_files_are_judged_as_by_the_host(self):
        judged = 0
        for path in sorted((SOURCE / "tests/config/golden").glob("*.yaml")):
            findings = path.with_suffix(".txt").read_text(encoding="utf-8")
            own = rf"^{re.escape(path.name)}:[\d:]+ error\[(BUR\d+)\]"
            codes = set(re.findall(own, findings, re.MULTILINE))
            try:
                found = problems(path.read_text(encoding="utf-8"))
            except (yaml.YAMLError, RecursionError):
                continue  # Not YAML for either of them.
            with self.subTest(path.name):
                judged += 1
                if codes & SEEN_BY_SCHEMA and not path.name.startswith("plugin_"):
                    self.assertNotEqual(found, [], "the host found " + ", ".join(codes))
                if not codes and "error[" not in findings:
                    self.assertEqual(found, [])
        self.assertGreater(judged, 30)


if __name__ == "__main__":
    unittest.main()
