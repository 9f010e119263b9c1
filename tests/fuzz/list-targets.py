#!/usr/bin/env python3
"""Prints one line for each fuzz target: its name, then the folders of src/ that it includes."""
import pathlib
import re
import sys

for path in sorted(pathlib.Path(sys.argv[1]).glob("fuzz_*.c")):
    text = path.read_text(encoding="utf-8")
    folders = sorted(set(re.findall(r'^#include "([a-z]+)/', text, re.M)))
    print(path.stem.removeprefix("fuzz_"), *folders)
