#!/usr/bin/env python3
"""House rules that a machine can check; each finding is `file:line: what [rule]`, and exit 1.

usage: tidy.py [--list] [ROOT]

Rules: layer, home, path, folder, link, unlisted, file-length, function-length, nesting, parameters,
columns, tab, contract, prototype, word, mutable, typedef, goto, recursion, banned, corpus, allow.
Limits may be exceeded only by what tools/tidy.allow says (`rule path name value`, one a line); an
allowance that is larger than needed, or not needed, is itself a finding: the file may only shrink.
--list prints every decoder and parser, and the fuzz targets that name it, instead of checking.
"""
import pathlib
import re
import sys

from tidylib import lexer, layering

LIMITS = {"file-length": 800, "function-length": 60, "nesting": 4, "parameters": 6}
COLUMNS = 100
ENGINES = {"attr", "policy", "rib", "bgp", "bfd", "fib", "nat", "esp", "ike", "node"}
# Allocation is one thing that the process shares (see base/mem.c).
MUTABLE_ALLOWED = {"src/base/mem.c"}
WORDS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|\b[Ss]tubs?\b|\bSTUB\b")
BANNED = {"strcpy", "strcat", "strncpy", "sprintf", "vsprintf", "gets", "alloca", "strtok", "setjmp",
          "longjmp", "rand", "srand"}


class Findings:
    """What was found; limits go through the allowances first."""

    def __init__(self, allow_path):
        self.lines = []
        self.allow = {}
        self.used = {}
        self.allow_path = allow_path
        if allow_path.exists():
            for number, line in enumerate(allow_path.read_text().splitlines(), 1):
                words = line.split("#")[0].split()
                if len(words) == 4 and words[3].isdigit():
                    self.allow[tuple(words[:3])] = (int(words[3]), number)
                elif words:
                    self.add("tools/tidy.allow", number, "want: rule path name value", "allow")

    def add(self, path, line, what, rule):
        self.lines.append((str(path), line, what, rule))

    def limit(self, rule, path, line, name, value):
        if value <= LIMITS[rule]:
            return
        key = (rule, str(path), name)
        allowed = self.allow.get(key, (0, 0))[0]
        self.used[key] = value
        if value > allowed:
            most = max(allowed, LIMITS[rule])
            self.add(path, line, f"{name}: {value}, at most {most}", rule)

    def finish(self):
        for key, (value, number) in self.allow.items():
            needed = self.used.get(key, 0)
            if needed < value:
                what = f"{' '.join(key)} needs {needed}, not {value}" if needed else \
                    f"{' '.join(key)} is not needed any more"
                self.add("tools/tidy.allow", number, what, "allow")
        for path, line, what, rule in sorted(self.lines):
            print(f"{path}:{line}: {what} [{rule}]")
        return 1 if self.lines else 0


def check_text(f, path, raw, code_only):
    """Length of the file and its lines, tabs, words."""
    lines = raw.splitlines()
    f.limit("file-length", path, 1, path.name, len(lines))
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS:
            f.add(path, number, f"{len(line)} columns, at most {COLUMNS}", "columns")
        if "\t" in line:
            f.add(path, number, "a tab", "tab")
    for number, line in enumerate(code_only.splitlines(), 1):
        for match in WORDS.finditer(line):
            f.add(path, number, f"the word {match.group(0)}", "word")


def check_functions(f, path, functions):
    for fn in functions:
        f.limit("function-length", path, fn.line, fn.name, fn.lines)
        f.limit("nesting", path, fn.line, fn.name, fn.nesting)
        f.limit("parameters", path, fn.line, fn.name, fn.parameters)
        for line, what, rule in fn.faults:
            f.add(path, line, f"{fn.name}: {what}", rule)


def check_declarations(f, path, folder, tokens):
    if str(path) in MUTABLE_ALLOWED:
        return
    for line, name, where in lexer.mutable_variables(tokens):
        f.add(path, line, f"{name} is mutable at {where} scope", "mutable")
    for line in lexer.struct_typedefs(tokens):
        f.add(path, line, "typedef of a struct, union or enum", "typedef")
    for line, name in lexer.calls(tokens, BANNED):
        f.add(path, line, f"{name}() is banned in {folder}/", "banned")


def check_header(f, path, raw):
    want = f"/* {path.relative_to('src')}: "
    if not raw.startswith(want):
        f.add(path, 1, f"opens with its contract: \"{want}...\"", "contract")
    for line, name in lexer.uncommented_prototypes(raw):
        f.add(path, line, f"{name}() has no comment", "prototype")


def check_source(f, root, path, layers):
    raw = (root / path).read_text(encoding="utf-8")
    check_text(f, path, raw, lexer.without_strings(raw))
    if path.parts[0] != "src":
        return
    folder = path.parts[1]
    layering.check_includes(f, path, folder, raw, layers, ENGINES)
    tokens = lexer.tokens(raw)
    check_functions(f, path, lexer.functions(tokens))
    check_declarations(f, path, folder, tokens)
    if path.suffix == ".h":
        check_header(f, path, raw)


def check_corpora(f, root):
    """Each fuzz target has seeds; each set of seeds has its target."""
    fuzz = root / "tests" / "fuzz"
    targets = {p.stem.removeprefix("fuzz_") for p in fuzz.glob("fuzz_*.c")}
    corpora = {p.name for p in (fuzz / "corpus").glob("*") if any(p.iterdir())}
    for name in sorted(targets - corpora):
        f.add(f"tests/fuzz/fuzz_{name}.c", 1, f"no seeds in tests/fuzz/corpus/{name}", "corpus")
    for name in sorted(corpora - targets):
        f.add(f"tests/fuzz/corpus/{name}", 1, f"no target tests/fuzz/fuzz_{name}.c", "corpus")


def sources(root):
    for top in ("src", "tests", "bench"):
        for path in sorted((root / top).rglob("*.[ch]")):
            yield path.relative_to(root)


def list_decoders(root):
    texts = {p.stem: p.read_text() for p in sorted((root / "tests" / "fuzz").glob("fuzz_*.c"))}
    for path in sources(root):
        if path.suffix != ".h" or path.parts[0] != "src":
            continue
        for name in re.findall(r"\b(\w+_(?:decode|parse|read)\w*)\(", (root / path).read_text()):
            named = [t for t, text in texts.items() if re.search(rf"\b{name}\b", text)]
            print(f"{path}: {name}: {' '.join(named) or '-'}")
    return 0


def main():
    args = [a for a in sys.argv[1:] if a != "--list"]
    root = pathlib.Path(args[0] if args else pathlib.Path(__file__).resolve().parent.parent)
    if "--list" in sys.argv:
        return list_decoders(root)
    f = Findings(root / "tools" / "tidy.allow")
    layers = layering.read_layers(root / "LAYERS")
    count = 0
    for path in sources(root):
        check_source(f, root, path, layers)
        count += 1
    layering.check_folders(f, root, layers)
    check_corpora(f, root)
    code = f.finish()
    print(f"tidy: {count} files, {len(f.lines)} findings")
    return code


if __name__ == "__main__":
    sys.exit(main())
