#!/usr/bin/env python3
"""blocks.py DIRECTORY DOCUMENT...: writes each fenced block headed "ios NAME", "ios-warns NAME" or "frr NAME" to a
file of that name; prints the document, the name and the heading, a tab between."""
import os
import re
import sys

BLOCK = re.compile(r"^```(ios|ios-warns|frr) (\S+)\n(.*?)^```$", re.M | re.S)

for document in sys.argv[2:]:
    with open(document, encoding="utf-8") as f:
        text = f.read()
    for kind, name, body in BLOCK.findall(text):
        with open(os.path.join(sys.argv[1], name), "x", encoding="utf-8") as out:
            out.write(body)
        print(f"{document}\t{name}\t{kind}")
