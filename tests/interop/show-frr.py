#!/usr/bin/env python3
"""Compares what FRR and spanwayd showed for the same command: show-frr.py DIRECTORY, made by show-frr.
TAP. --commands prints the commands. KNOWN lists each difference that is meant, with the reason."""
import difflib
import json
import pathlib
import re
import sys

TABLES = ["show ip bgp", "show bgp ipv4 unicast", "show bgp ipv6 unicast"]
DETAIL = ["show ip bgp 192.0.2.0/24", "show ip bgp 203.0.113.0/24", "show ip bgp 203.0.114.0/24",
          "show ip bgp 203.0.115.0/24", "show ip bgp 198.18.1.0/24", "show ip bgp 198.18.2.0/24",
 "show ip bgp 198.51.100.128/25", "show ip bgp 9.9.9.0/24",
          "show bgp ipv6 unicast 2001:db8:b::/48",
          "show bgp ipv6 unicast 2001:db8:aaaa:bbbb:cccc:dddd::/96",
          "show bgp ipv6 unicast 2001:db8:f1::/48"]
SUMMARY = ["show ip bgp summary", "show bgp ipv6 unicast summary", "show bgp summary"]
ROUTES = ["show ip route", "show ip route bgp", "show ip route static", "show ip route connected",
          "show ipv6 route", "show ip route 192.0.2.0/24", "show ip route 198.18.1.0/24",
          "show ip route 198.18.2.0/24", "show ip route 198.18.3.0/24", "show ip route 10.0.1.0/24",
          "show ipv6 route 2001:db8:b::/48"]
ADJ = [f"show ip bgp neighbors {peer} {what}" for peer in ("10.0.1.2", "10.0.2.2", "10.0.3.2")
       for what in ("advertised-routes", "routes")] + [
    "show ip bgp neighbors 10.0.1.2 received-routes",
    "show bgp ipv6 unicast neighbors 2001:db8:1::2 advertised-routes",
    "show bgp ipv6 unicast neighbors 2001:db8:1::2 received-routes"]
NEIGHBOURS = [f"show ip bgp neighbors {p}" for p in ("10.0.1.2", "10.0.2.2", "10.0.3.2", "10.0.4.2",
                                                    "10.0.5.2", "10.0.6.2")]
LISTS = ["show ip prefix-list", "show bgp as-path-access-list", "show bgp community-list",
         "show route-map", "show interface brief"]
COMMANDS = [c + j for c in TABLES + SUMMARY + DETAIL + ROUTES + ADJ + NEIGHBOURS for j in ("", " json")]
COMMANDS += LISTS

# What differs from one run to the next: never compared, in text and as JSON keys.
MOVING = [(r"\b\d\d:\d\d:\d\d\b", "TIME"), (r"\b\d+(\.\d+)? (bytes|KiB|MiB|GiB) of memory", "MEMORY"),
          (r"Last update: .*", "Last update: DATE"), (r"version \d+", "version N"),
          (r"table version is \d+", "table version is N"), (r"Last update .* ago", "Last update TIME"),
          (r"[Pp]ort: \d+", "port: N")]
SUMMARY_ROW = re.compile(r"^(\S+ +4 +\d+) +\d+ +\d+ +\d+ +\d+ +\d+ +\S+")
MOVING_KEYS = re.compile(r"(?i)(version|memory|uptime|msec|epoch|string$|msgrcvd|msgsent|msg|port|lastupdate"
                         r"|sent$|recv$|internal|ribcount|nexthopgroupid|installedNexthopGroupId|timer)")

# (command's pattern, line or JSON path's pattern, reason)
KNOWN = []


def known(command, what):
    return any(re.search(c, command) and re.search(w, what) for c, w, _ in KNOWN)


def text_lines(text, command):
    lines = []
    for line in text.splitlines():
        line = SUMMARY_ROW.sub(r"\1 COUNTERS", line)
        for pattern, word in MOVING:
            line = re.sub(pattern, word, line)
        lines.append(line)
    return lines


def differ(path, a, b, out):
    """Paths at which two JSON trees differ: a is FRR's."""
    if type(a) is not type(b):
        out.append(f"{path}: {a!r} / {b!r}")
    elif isinstance(a, dict):
        for key in a.keys() | b.keys():
            at = f"{path}.{key}"
            if key not in b:
                out.append(f"{at}: only FRR {a[key]!r}")
            elif key not in a:
                out.append(f"{at}: only ours {b[key]!r}")
            elif not (MOVING_KEYS.search(key) and not isinstance(a[key], (dict, list))):
                differ(at, a[key], b[key], out)
    elif isinstance(a, list):
        if len(a) != len(b):
            out.append(f"{path}: {len(a)} / {len(b)} elements")
        for i, (x, y) in enumerate(zip(a, b)):
            differ(f"{path}[{i}]", x, y, out)
    elif a != b:
        out.append(f"{path}: {a!r} / {b!r}")


def compare(command, frr, ours):
    if command.endswith(" json"):
        try:
            trees = json.loads(frr), json.loads(ours)
        except ValueError as e:
            return [f"no JSON: {e}: {frr[:60]!r} / {ours[:60]!r}"]
        out = []
        differ("", *trees, out)
        return sorted(d for d in out if not known(command, d))
    diff = difflib.unified_diff(text_lines(frr, command), text_lines(ours, command), "frr", "ours",
                                lineterm="", n=0)
    return [d for d in diff if d[0] in "+-" and d[:3] not in ("+++", "---") and not known(command, d)]


def main():
    if sys.argv[1] == "--commands":
        print("\n".join(COMMANDS))
        return 0
    where = pathlib.Path(sys.argv[1])
    failed = 0
    for n, command in enumerate(COMMANDS, 1):
        found = compare(command, *((where / f"{n}.{who}").read_text() for who in ("frr", "ours")))
        failed += bool(found)
        print(f"{'not ok' if found else 'ok'} {n} - {command}")
        for line in found[:40]:
            print(f"# {line}")
    print(f"1..{len(COMMANDS)}")
    return failed != 0


sys.exit(main())
