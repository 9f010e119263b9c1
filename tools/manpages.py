#!/usr/bin/env python3
"""Makes man/spanwayd.8 and man/spanway.1 from what the programs print with --help and from
docs/commands.md, which is made from the table of commands.
Usage: tools/manpages.py [--check] SPANWAYD SPANWAY    --check: compare with the tree, as TAP"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def roff(text):
    """Text as it stands: no character of it means anything to troff."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return re.sub(r"^(?=\.)", r"\\&", text, flags=re.M)


def verbatim(text):
    return ".nf\n" + roff(text.strip("\n")) + "\n.fi\n"


def head(name, section, what):
    return (f".\\\" Made by tools/manpages.py; do not edit.\n"
            f".TH {name.upper()} {section} \"\" Spanway\n.SH NAME\n{name} \\- {roff(what)}\n")


def tail(other, section):
    return f".SH SEE ALSO\n.BR {other} ({section})\n"


def usage(program):
    return subprocess.run([program, "--help"], check=True, capture_output=True, text=True).stdout


def options(lines):
    """Lines of a usage text: two columns, the second may go on or begin in the next line."""
    out = ""
    for line in lines:
        entry = re.match(r"  (?=\S| {4}-)\s*(-.*?)(?: {2,}(\S.*))?$", line)
        if entry:
            out += f".TP\n.B {roff(entry[1])}\n"
            out += roff(entry[2]) + "\n" if entry[2] else ""
        else:
            out += roff(line.strip()) + "\n"
    return out


def daemon_page(text):
    lines = text.splitlines()
    first = next(i for i, s in enumerate(lines) if s.startswith("  -"))
    last = next(i for i, s in enumerate(lines) if i > first and not s.startswith(" "))
    return (head("spanwayd", 8, "BGP gateway that takes FRR and Cisco configurations") +
            ".SH SYNOPSIS\n" + verbatim("\n".join(lines[:first]).removeprefix("usage: ")) +
            ".SH DESCRIPTION\n" + roff("\n".join(lines[last:])) + "\n" +
            ".SH OPTIONS\n" + options(lines[first:last]) + tail("spanway", 1))


def table(text):
    """The rows of the first Markdown table in text, as lists of cells."""
    rows = [s for s in text.splitlines() if s.startswith("| `")]
    return [[c.strip() for c in re.split(r"(?<!\\)\|", s)[1:-1]] for s in rows]


def client_page(text, commands):
    text, listed = text.split("Options:\n", 1)
    forms, rest = text.split("Commands are", 1)
    known, refused = commands.split("## Refused")
    intro = known.split("\n\n")[1].replace("`", "")
    page = (head("spanway", 1, "asks and checks a Spanway gateway") + ".SH SYNOPSIS\n" +
            verbatim(re.sub(r"^(usage:|      ) ", "", forms, flags=re.M)) +
            ".SH DESCRIPTION\n" + roff("Commands are" + rest) +
            ".SH OPTIONS\n" + options(listed.splitlines()) +
            ".SH COMMANDS\n" + roff(intro) + "\n")
    for path, json, what, _ in table(known):
        page += f".TP\n.B {roff(path.strip('`'))}\n{roff(what)}{'; json' if json else ''}.\n"
    page += ".SH REFUSED\n"
    for path, why in table(refused):
        page += f".TP\n.B {roff(path.strip('`'))}\n{roff(why)}.\n"
    return page + tail("spanwayd", 8)


def main(argv):
    check = argv[:1] == ["--check"]
    spanwayd, spanway = argv[check:]
    pages = {
        "spanwayd.8": daemon_page(usage(spanwayd)),
        "spanway.1": client_page(usage(spanway),
                                 (ROOT / "docs/commands.md").read_text(encoding="utf-8")),
    }
    if not check:
        for name, text in pages.items():
            (ROOT / "man" / name).write_text(text, encoding="utf-8")
        return 0
    print(f"1..{len(pages)}")
    failed = 0
    for number, (name, text) in enumerate(pages.items(), 1):
        same = (ROOT / "man" / name).read_text(encoding="utf-8") == text
        failed += not same
        print(f"{'ok' if same else 'not ok'} {number} - man/{name} says what the program says"
              f"{'' if same else ' (tools/manpages.py makes it)'}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
