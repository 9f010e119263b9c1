#!/usr/bin/env python3
"""What run-tests makes of each kind of row in Meson's log."""
import importlib.machinery
import importlib.util
import pathlib

import tap

PATH = pathlib.Path(__file__).resolve().parents[2] / "tools" / "run-tests"
loader = importlib.machinery.SourceFileLoader("run_tests", str(PATH))
module = importlib.util.module_from_spec(importlib.util.spec_from_loader("run_tests", loader))
loader.exec_module(module)

ROWS = [
    ("a program without TAP is one", "OK", "done\n", (1, 0, 0)),
    ("a program with TAP is its cases", "OK", "1..2\nok 1 - a\nok 2 - b\n", (2, 0, 0)),
    ("comments are not cases", "OK", "1..1\nok 1 - a\n# ok - tests\n", (1, 0, 0)),
    ("a failed case", "ERROR", "1..2\nok 1 - a\nnot ok 2 - b\n", (1, 1, 0)),
    ("a skipped case", "OK", "1..2\nok 1 - a\nok 2 - b # SKIP no data\n", (1, 0, 1)),
    ("a program that dies after a case", "ERROR", "1..3\nok 1 - a\n", (1, 1, 0)),
    ("a program that never ends", "TIMEOUT", "", (0, 1, 0)),
    ("a killed program", "INTERRUPT", None, (0, 1, 0)),
    ("a skipped program", "SKIP", "no FRR here\n", (0, 0, 1)),
    ("a program without output", "OK", None, (1, 0, 0)),
]


def counts(result, stdout, want):
    def check():
        got = module.count_row({"name": "x", "result": result, "stdout": stdout})
        assert got == want, got
    return check


def the_last_line():
    assert module.summary([5, 0, 0]) == "5 passed, 0 failed"
    assert module.summary([5, 1, 2]) == "5 passed, 1 failed, 2 skipped"


TESTS = [{"name": name, "suite": ["spanway:" + suite for suite in suites]} for name, *suites in [
    ("attr/set", "unit"), ("interop/s1", "interop"), ("interop/ipsec-kernel", "interop", "vm"),
    ("docs/man", "docs"), ("fuzz/yaml", "fuzz")]]
CHOICES = [
    ("all", [], ["attr/set", "fuzz/yaml"], ["interop/s1", "interop/ipsec-kernel", "docs/man"]),
    ("one suite", [("--suite", "vm")], [], ["interop/ipsec-kernel"]),
    ("two suites", [("--suite", "unit"), ("--suite", "docs")], ["attr/set"], ["docs/man"]),
    ("all but one", [("--no-suite", "interop")], ["attr/set", "fuzz/yaml"], ["docs/man"]),
    ("one but not of another", [("--suite", "interop"), ("--no-suite", "vm")], [], ["interop/s1"]),
]


def choice(options, computing, waiting):
    def check():
        got = module.split(TESTS, options)
        assert got == (computing, waiting), got
    return check


tap.run([(name, counts(*rest)) for name, *rest in ROWS] +
        [("what runs: " + name, choice(*rest)) for name, *rest in CHOICES] + [("the last line", the_last_line)])
