#!/usr/bin/env python3
"""Compiles small libraries; the purity check must pass the pure and name what the others use."""
import pathlib
import subprocess
import sys
import tempfile

import tap

ROOT = pathlib.Path(__file__).resolve().parents[2]
PURE = "#include <string.h>\n#include <assert.h>\nint base_f(const char *s);\n" \
       "int bgp_f(const char *s);\nint bgp_f(const char *s)\n" \
       "{ assert(s); return base_f(s) + (int)strlen(s); }\n"
BASE = "#include <stdlib.h>\nint base_f(const char *s);\n" \
       "int base_f(const char *s) { free(malloc(1)); return *s; }\n"
OS = "int os_open(void);\nint os_open(void) { return 1; }\n"


def purity(**sources):
    with tempfile.TemporaryDirectory() as folder:
        args = []
        for name, text in sources.items():
            source = pathlib.Path(folder, name + ".c")
            source.write_text(text)
            subprocess.run(["cc", "-O1", "-c", source, "-o", source.with_suffix(".o")], check=True)
            subprocess.run(["ar", "rcs", source.with_suffix(".a"), source.with_suffix(".o")],
                           check=True)
            args.append(f"{name}={source.with_suffix('.a')}")
        layers = pathlib.Path(folder, "LAYERS")
        layers.write_text("base:\nos: base\npolicy: base\nbgp: base\n")
        done = subprocess.run([sys.executable, ROOT / "tests/purity/purity.py", "nm", layers, *args],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


def passes(**sources):
    def check():
        code, out = purity(**sources)
        assert code == 0, out
    return check


def names(symbol, **sources):
    def check():
        code, out = purity(**sources)
        assert code == 1 and f"uses {symbol}" in out, out
    return check


def calling(prototype, call):
    return f"{prototype};\nint bgp_f(void);\nint bgp_f(void) {{ return (int){call}; }}\n"


tap.run([
    ("memory functions and lower layers are pure", passes(base=BASE, bgp=PURE)),
    ("malloc in an engine", names("malloc", bgp=calling("void *malloc(unsigned long)",
                                                        "(long)malloc(5)"))),
    ("time in an engine", names("time", bgp=calling("long time(long *)", "time(0)"))),
    ("printf in base", names("p", base=calling("int printf(const char *, ...)",
                                               "printf(\"%d\", 1)"))),
    ("a folder that LAYERS does not name", names("os_open", os=OS, bgp=calling("int os_open(void)",
                                                                               "os_open()"))),
    ("PCRE2 in policy", passes(policy=calling("int pcre2_x(void)", "pcre2_x()"))),
    ("PCRE2 elsewhere", names("pcre2_x", bgp=calling("int pcre2_x(void)", "pcre2_x()"))),
    ("a mutable errno", names("__errno_location", bgp=calling("int *__errno_location(void)",
                                                              "*__errno_location()"))),
])
