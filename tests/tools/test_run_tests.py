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


tap.run([(name, counts(*rest)) for name, *rest in ROWS] + [("the last line", the_last_line)])
