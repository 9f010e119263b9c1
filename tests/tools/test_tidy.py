#!/usr/bin/env python3
"""Plants one fault at a time in a small clean tree; tidy must name it, its file and its line."""
import pathlib
import subprocess
import sys
import tempfile

import tap

ROOT = pathlib.Path(__file__).resolve().parents[2]
LONG = "".join(f"    n += {i};\n" for i in range(60))
DEEP = "int deep(int n)\n{\n" + "".join(
    "    " * d + "    if (n)\n" for d in range(5)) + "    n = 1;\n    return n;\n}\n"
CLEAN = {
    "LAYERS": "base:\nbgp: base\nos: base\nctl: */view.h base\n",
    "src/meson.build": "fs.read('../LAYERS')\n",
    "src/base/meson.build": "base_src = files(\n  'a.c',\n)\n",
    "src/base/a.h": "/* base/a.h: an example. */\n#include <stdint.h>\n\n/* Adds. */\n"
                    "int a_add(int x, int y);\nint a_sub(int x, int y);\n",
    "src/base/a.c": "#include \"base/a.h\"\n\nstatic const char *const names[] = { \"TODO\" };\n\n"
                    "int a_add(int x, int y)\n{\n    return x + y + (int)sizeof(names);\n}\n",
    "src/bgp/view.h": "/* bgp/view.h: records. */\n",
    "src/bgp/wire.h": "/* bgp/wire.h: messages. */\n",
    "src/ctl/r.c": "#include \"bgp/view.h\"\n",
    "src/ctl/meson.build": "ctl_src = files('r.c')\n",
    "src/bgp/meson.build": "bgp_src = files('b.c', 'missing-is-fine.c')\n",
    "src/bgp/b.c": "#include \"base/a.h\"\n#include \"bgp/wire.h\"\n\nstatic int twice(int n)\n{\n"
                   "    if (n < 0)\n        goto out;\n    n *= 2;\nout:\n    return n;\n}\n",
    "tests/fuzz/fuzz_a.c": "int LLVMFuzzerTestOneInput(void);\n",
    "tests/fuzz/corpus/a/seed": "x",
}
# name, file, text put at its end, what tidy must say
FAULTS = [
    ("an include upwards", "src/base/a.c", '#include "bgp/wire.h"\n', "src/base/a.c:9", "layer"),
    ("ctl includes views only", "src/ctl/r.c", '#include "bgp/wire.h"\n', "src/ctl/r.c:2", "layer"),
    ("a path without folder", "src/bgp/b.c", '#include "wire.h"\n', "src/bgp/b.c:12", "path"),
    ("a path too deep", "src/bgp/b.c", '#include "base/sub/a.h"\n', "src/bgp/b.c:12", "path"),
    ("a path that climbs", "src/bgp/b.c", '#include "../base/a.h"\n', "src/bgp/b.c:12", "path"),
    ("an outside library from home", "src/os/x.h", "/* os/x.h: x. */\n#include <jansson.h>\n",
     "src/os/x.h:2", "home"),
    ("stdio in an engine", "src/bgp/b.c", "#include <stdio.h>\n", "src/bgp/b.c:12", "home"),
    ("a folder that is not listed", "src/new/x.h", "/* new/x.h: x. */\n", "src/new:1", "folder"),
    ("a link in a folder's meson.build", "src/bgp/meson.build", "x = dependency('zlib')\n",
     "src/bgp/meson.build:2", "link"),
    ("a source that is not built", "src/bgp/c.c", "int x(void);\n", "src/bgp/c.c:1", "unlisted"),
    ("nor one in a folder of it", "src/bgp/sub/c.c", "int x(void);\n", "src/bgp/sub/c.c:1", "unlisted"),
    ("a long file", "src/bgp/b.c", "/* */\n" * 800, "src/bgp/b.c:1", "file-length"),
    ("a long function", "src/bgp/b.c", "int l(int n)\n{\n" + LONG + "    return n;\n}\n",
     "src/bgp/b.c:12", "function-length"),
    ("deep nesting without braces", "src/bgp/b.c", DEEP, "src/bgp/b.c:12", "nesting"),
    ("seven parameters", "src/bgp/b.c",
     "int p(int a, int b, int c, int d, int e, int (*f)(int, int), int g)\n{\n    return a;\n}\n",
     "src/bgp/b.c:12", "parameters"),
    ("a wide line", "src/bgp/b.c", "/* " + "x" * 98 + " */\n", "src/bgp/b.c:12", "columns"),
    ("a tab", "src/bgp/b.c", "\tint x(void);\n", "src/bgp/b.c:12", "tab"),
    ("a header without contract", "src/bgp/n.h", "/* records */\n", "src/bgp/n.h:1", "contract"),
    ("a contract of another file", "src/bgp/n.h", "/* bgp/m.h: x. */\n", "src/bgp/n.h:1",
     "contract"),
    ("a prototype without comment", "src/base/a.h", "\nint a_mul(int x, int y);\n",
     "src/base/a.h:8", "prototype"),
    ("a promise for later", "src/bgp/b.c", "/* TO" "DO: more */\n", "src/bgp/b.c:12", "word"),
    ("a mutable variable", "src/bgp/b.c", "static int count;\n", "src/bgp/b.c:12", "mutable"),
    ("a mutable pointer to const", "src/bgp/b.c", "const char *name = \"x\";\n", "src/bgp/b.c:12",
     "mutable"),
    ("a mutable struct with its type", "src/bgp/b.c", "static struct x { int y; } z;\n",
     "src/bgp/b.c:12", "mutable"),
    ("a mutable static in a function", "src/bgp/b.c",
     "int s(void)\n{\n    static int n;\n    return n++;\n}\n", "src/bgp/b.c:14", "mutable"),
    ("a typedef of a struct", "src/bgp/b.c", "typedef struct a { int x; } a_t;\n",
     "src/bgp/b.c:12", "typedef"),
    ("goto back", "src/bgp/b.c", "int g(int n)\n{\nagain:\n    if (n--)\n        goto again;\n"
     "    return n;\n}\n", "src/bgp/b.c:16", "goto"),
    ("recursion", "src/bgp/b.c", "int r(int n)\n{\n    return r(n - 1);\n}\n", "src/bgp/b.c:14",
     "recursion"),
    ("a banned function", "src/bgp/b.c", "void c(char *a)\n{\n    strcpy(a, a);\n}\n",
     "src/bgp/b.c:14", "banned"),
    ("a target without seeds", "tests/fuzz/fuzz_b.c", "int b;\n", "tests/fuzz/fuzz_b.c:1", "corpus"),
    ("seeds without target", "tests/fuzz/corpus/c/seed", "x", "tests/fuzz/corpus/c:1", "corpus"),
    ("an allowance that is not needed", "tools/tidy.allow", "nesting src/bgp/b.c twice 7\n",
     "tools/tidy.allow:1", "allow"),
]


def tidy(changes):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in CLEAN.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        for name, text in changes:
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text((path.read_text() if path.exists() else "") + text)
        done = subprocess.run([sys.executable, ROOT / "tools" / "tidy.py", folder],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


def clean_passes():
    code, out = tidy([])
    assert code == 0, out


def finds(name, text, where, rule):
    def check():
        code, out = tidy([(name, text)])
        hits = [line for line in out.splitlines() if line.startswith(where + ":")
                and line.endswith(f"[{rule}]")]
        others = [line for line in out.splitlines()[:-1] if line not in hits]
        assert code == 1 and len(hits) == 1 and not others, out
    return check


def an_allowance_covers():
    params = "int p(int a, int b, int c, int d, int e, int f, int g)\n{\n    return a;\n}\n"
    code, out = tidy([("src/bgp/b.c", params), ("tools/tidy.allow", "parameters src/bgp/b.c p 7\n")])
    assert code == 0, out
    code, out = tidy([("src/bgp/b.c", params), ("tools/tidy.allow", "parameters src/bgp/b.c p 8\n")])
    assert code == 1 and "[allow]" in out, out


tap.run([("a clean tree passes", clean_passes)]
        + [(name, finds(*rest)) for name, *rest in FAULTS]
        + [("an allowance covers exactly", an_allowance_covers)])
