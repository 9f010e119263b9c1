#!/usr/bin/env python3
"""Compares what FRR and spanwayd showed for the same command: show-frr.py DIRECTORY, made by show-frr.
TAP. --commands prints the commands. MOVING is what differs from one run to the next; KNOWN and MASKED
list each difference that is meant, with the reason."""
import difflib
import json
import pathlib
import re
import sys

TABLES = ["show ip bgp", "show bgp ipv4 unicast", "show bgp ipv6 unicast",
          "show ip bgp 203.0.112.0/20 longer-prefixes", "show ip bgp 50.0.0.0/8 longer-prefixes"]
DETAIL = ["show ip bgp 192.0.2.0/24", "show ip bgp 203.0.113.0/24", "show ip bgp 203.0.114.0/24",
          "show ip bgp 203.0.115.0/24", "show ip bgp 203.0.116.0/24", "show ip bgp 203.0.117.0/24",
          "show ip bgp 203.0.118.0/24", "show ip bgp 203.0.119.0/24", "show ip bgp 198.18.1.0/24",
          "show ip bgp 198.18.2.0/24", "show ip bgp 198.51.100.128/25", "show ip bgp 9.9.9.0/24",
          "show ip bgp 192.0.2.77",
          "show bgp ipv6 unicast 2001:db8:b::/48",
          "show bgp ipv6 unicast 2001:db8:aaaa:bbbb:cccc:dddd::/96",
          "show bgp ipv6 unicast 2001:db8:f1::/48"]
SUMMARY = ["show ip bgp summary", "show bgp ipv4 summary", "show bgp ipv4 unicast summary",
           "show bgp ipv6 unicast summary", "show bgp summary"]
ROUTES = ["show ip route", "show ip route bgp", "show ip route static", "show ip route connected",
          "show ipv6 route", "show ip route 192.0.2.0/24", "show ip route 198.18.1.0/24",
          "show ip route 198.18.2.0/24", "show ip route 198.18.3.0/24", "show ip route 10.0.1.0/24",
          "show ip route 198.18.7.0/24", "show ip route kernel", "show ip route 198.19.0.0/24",
          "show ip route 198.19.1.0/24", "show ip route 198.19.2.0/24",
          "show ip route 198.19.3.0/24", "show ip route 198.18.6.0/24", "show ip route 10.0.1.77",
          "show ipv6 route 2001:db8:b::/48",
          "show ip route summary", "show ipv6 route summary"]
ADJ = [f"show ip bgp neighbors {peer} {what}" for peer in ("10.0.1.2", "10.0.2.2", "10.0.3.2")
       for what in ("advertised-routes", "routes")] + [
    "show ip bgp neighbors 10.0.1.2 received-routes",
    "show ip bgp neighbors 10.0.4.2 advertised-routes",
    "show ip bgp neighbors 10.0.6.2 advertised-routes",
    "show ip bgp neighbors 10.0.6.2 routes",
    "show ip bgp neighbors 10.0.3.2 received-routes",
    "show ip bgp neighbors 10.0.99.1 routes",
    "show ip bgp neighbors 10.0.99.1 advertised-routes",
    "show bgp ipv6 unicast neighbors 10.0.2.2 routes",
    "show bgp ipv6 unicast neighbors 2001:db8:1::2 advertised-routes",
    "show bgp ipv6 unicast neighbors 2001:db8:1::2 received-routes"]
NEIGHBOURS = ["show ip bgp neighbors"] + [
    f"show ip bgp neighbors {p}" for p in ("10.0.1.2", "10.0.2.2", "10.0.3.2", "10.0.4.2",
                                           "10.0.5.2", "10.0.6.2", "10.0.7.2",
                                           "10.0.99.1")]
LISTS = ["show ip prefix-list", "show ip prefix-list NO", "show ipv6 prefix-list",
         "show ip prefix-list RANGES", "show bgp as-path-access-list", "show bgp community-list",
         "show bgp community-list COMM detail", "show bgp large-community-list",
         "show bgp extcommunity-list", "show bgp extcommunity-list EXT detail", "show route-map",
         "show route-map IN1", "show ip prefix-list NOPE", "show route-map NOPE",
         "show bgp community-list NOPE detail", "show bgp large-community-list NOPE detail",
         "show bgp extcommunity-list NOPE detail", "show bgp as-path-access-list NOPE"]
COMMANDS = [c + j for c in TABLES + SUMMARY + DETAIL + ROUTES + ADJ + NEIGHBOURS +
            ["show interface brief"] for j in ("", " json")] + LISTS

# --- what moves in time: values are not compared, but each has to be there on both sides -----------

MOVING = [
    (r"\b\d\d:\d\d:\d\d\b", "TIME"),
    (r"\b\d+(\.\d+)? (bytes|KiB|MiB|GiB) of memory", "MEMORY"),
    (r"Last update: .*", "Last update: DATE"),
    (r"(table version (is )?)\d+", r"\1N"),
    (r"(port: )\d+", r"\1N"),
    # Collisions of connections, keepalives, and how many prefixes share an UPDATE.
    (r"^(    (Opens|Notifications|Updates|Keepalives|Route Refresh|Total):) +\d+ +\d+", r"\1 N N"),
    (r"^(\S+ +4 +\d+) +\d+ +\d+", r"\1 MESSAGES"),
    # FRR numbers groups as they come and go.
    (r"Update group \d+, subgroup \d+", "Update group N"),
]
MOVING_KEYS = set(
    """tableVersion bgpTableVersion ribMemory peerMemory msgRcvd msgSent peerUptime peerUptimeMsec
    peerUptimeEstablishedEpoch bgpTimerUpMsec bgpTimerUpString bgpTimerUpEstablishedEpoch
    bgpTimerLastRead bgpTimerLastWrite lastResetTimerMsecs uptime epoch portLocal portForeign opensSent opensRecv
    notificationsSent notificationsRecv updatesSent updatesRecv keepalivesSent keepalivesRecv
    routeRefreshSent routeRefreshRecv totalSent totalRecv updateGroupId subGroupId nexthopGroupId
    installedNexthopGroupId""".split())
MOVING_PATHS = re.compile(r"lastUpdate\.string$")

# --- what differs on purpose ----------------------------------------------------------------------

NODES = "FRR counts the inner nodes of its tree too"
NO_ECHO = "no echo: a route is not told to the eBGP peer that sent it"
VERSION = "we keep one version per table, not one per prefix"
LOCAL_PREF = "an external peer is not told a local preference, so none is shown; FRR shows it"
RECEIVED = "received is received: FRR shows what the inbound route-map would make of it"
START = "FRR takes the steps before the first session for a reset and a read; we say never"
NOT_OFFERED = "a capability that we do not offer; what the peer offers is shown"
RESTART = "graceful restart is not supported"
INSIDE = "of FRR's inside: threads, descriptors, numbers of its reasons, its timers"
RUNS = "we count no runs of route-maps, and they have no switch for optimization"
DEFECT = "FRR leaves out a word that its command wants, or prints (null)"
ZEBRA = "FRR's bgpd does not know the clauses of zebra; here one router has both"
NO_OBJECT = "the kernel needs no next-hop object for connected and discarding routes"

# In both outputs: (command's pattern, pattern in a line, what stands for it, reason)
EXTERNAL = r"neighbors (10\.0\.[12]\.2|2001:db8:1::2) "
MASKED = [
    ("summary", r"RIB entries \d+", "RIB entries N", NODES),
    ("summary", r"^((10\.0\.[12]|2001:db8:1:):?\.?2 .*?) +\d+ (\S+( \S+)*)$", r"\1 SENT \3", NO_ECHO),
    ("/", r"(^BGP routing table entry for \S+, version) \d+", r"\1 N", VERSION),
    (EXTERNAL + "advertised", r"^(.{46}).{7} *", r"\1 LOCPRF ", LOCAL_PREF),
    ("2001:db8:1::2 received", r"^(.{53}).{7} ", r"\1 WEIGHT ", RECEIVED),
    ("neighbors", r"Last reset (TIME,  (Waiting for peer OPEN|No AFI/SAFI activated for peer)|never)",
     "Last reset START", START),
    ("neighbors", r"Last read (TIME|never), Last write (TIME|never)", "Last read, Last write", START),
    ("neighbors", r"((Enhanced Route Refresh|Graceful Restart( Capability)?):) (advertised and )?rec",
     r"\1 rec", NOT_OFFERED),
    ("neighbors", r"(Hostname Capability:) (advertised \(.*?\)|not advertised) ", r"\1 OURS ",
     NOT_OFFERED),
    ("route-map", r"^(    (large-)?comm-list \w+)( delete)?$|^(    atomic-aggregate)( .null.)?$",
     r"\1\4", DEFECT),
    ("route-map", r"^(route-map: \w+) Invoked: \d+ Optimization: \w+ Processed Change: \w+$", r"\1",
     RUNS),
    ("route-map", r"^( (permit|deny), sequence \d+) Invoked \d+$", r"\1", RUNS),
]
# (command's pattern, pattern of a line of the difference or of a JSON path, reason)
KNOWN = [
    (r"^show (ip bgp|bgp ipv6 unicast) [0-9a-f:./]+$", r"^[-+]  (10\.0\.\d\.2 ?|2001:db8:\d::2 ?)+$", NO_ECHO),
    (r"json$", r"^\.advertisedTo\.\S+: only FRR \{\}$", NO_ECHO),
    (EXTERNAL + "advertised-routes$", r"^[-+]Total number of prefixes \d+$", NO_ECHO),
    (r"10\.0\.1\.2 advertised|2001:db8:1::2 advertised", r"^-(\*> | ).* LOCPRF \d+ 65001( .*)?$",
     NO_ECHO),
    (r"10\.0\.2\.2 advertised", r"^-\*> .* LOCPRF \d+ 65002( .*)?$", NO_ECHO),
    (r"2001:db8:1::2 advertised", r"^-\*> 2001:db8:aaaa:bbbb:cccc:dddd::/96$", NO_ECHO),
    (EXTERNAL + "advertised-routes json", r"only FRR \{'addrPrefix': .* 'path': '6500[12]", NO_ECHO),
    (EXTERNAL + "advertised-routes json", r"^\.totalPrefixCounter: ", NO_ECHO),
    (EXTERNAL + "advertised-routes json", r"^\.advertisedRoutes\.\S+\.locPrf: only FRR", LOCAL_PREF),
    (r"2001:db8:1::2 received-routes json", r"\.weight: 50 / 0$", RECEIVED),
    (r"summary json", r"\.ribCount: ", NODES),
    (r"summary json", r"(10\.0\.[12]|2001:db8:1:)[.:]2\.pfxSnt: ", NO_ECHO),
    (r"neighbors.* json", r"(10\.0\.[12]|2001:db8:1:)[.:]2\.addressF\w+\.\w+\.sentPrefixCounter: ",
     NO_ECHO),
    (r"json", r"\.version: \d+ / \d+$", VERSION),
    (r"route.* json", r"\.(installedN|n)exthopGroupId: only FRR", NO_OBJECT),
    (r"route-map", r"^\+    src 10\.255\.0\.1$", ZEBRA),
    (r"neighbors", r"^-(    Extended Message: adv|    AddPath:|      IPv[46] Unicast: RX adv|"
     r"      Address families by peer:|        none|    Hostname Capability: OURS not received)", NOT_OFFERED),
    (r"neighbors", r"^-(  Graceful restart information:|    End-of-RIB (send|received):|    Local GR |"
     r"    Remote GR |    [RN] bit:|    Timers:|      Configured Restart T|      Received Restart T|"
     r"    IPv[46] Unicast:|      F bit:|      End-of-RIB |      Timers:|        Configured Stale P)",
     RESTART),
    (r"neighbors", r"^-(  Configured conditional advertisements interval|Estimated round trip time|"
     r"Read thread|Next connect timer)", INSIDE),
    (r"neighbors.* json", r"neighborCapabilities\.(hostName\.adv)?\w+: (only FRR|'advertisedAndReceived' / 'received')",
     NOT_OFFERED),
    (r"neighbors.* json", r"\.gracefulRestartInfo: only FRR", RESTART),
    (r"neighbors.* json", r"\.(bgpInUpdateElapsedTimeMsecs|estimatedRttInMsecs|lastResetCode|readThread|"
     r"bgpTimerConfiguredConditionalAdvertisementsSec|writeThread|nextConnectTimerDueInMsecs): only FRR",
     INSIDE),
    (r"neighbors.* json", r"\.lastReset(TimerMsecs: only FRR|DueTo: only FRR '(Wai|No AFI))", START),
    (r"neighbors.* json", r"10\.0\.[45]\.2\.bgpTimerLast(Read|Write): only FRR", START),
]
# `network 10.255.0.0/24` has no route behind it: FRR lists it as a path that is not valid, we leave it
# out. Here FRR's table loses it, and its totals the one prefix and path.
DEAD = "10.255.0.0/24"


def without_dead_network(command, frr):
    if "ipv6" in command or DEAD in command:
        return frr
    lists_it = f"\n   {DEAD} " in frr

    def less(found):
        return f"Displayed  {int(found[1]) - lists_it} routes and {int(found[2]) - 1} total paths"
    frr = re.sub(rf"\n   {DEAD} .*", "", frr)
    return re.sub(r"Displayed  (\d+) routes and (\d+) total paths", less, frr)


def known(command, what):
    return any(re.search(c, command) and re.search(w, what) for c, w, _ in KNOWN)


def text_lines(text, command):
    lines = []
    for line in text.splitlines():
        for pattern, word in MOVING:
            line = re.sub(pattern, word, line)
        for where, pattern, word, _ in MASKED:
            if re.search(where, command):
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
            elif not (key in MOVING_KEYS or MOVING_PATHS.search(at)):
                differ(at, a[key], b[key], out)
    elif isinstance(a, list):
        if len(a) != len(b):
            out.append(f"{path}: {len(a)} / {len(b)} elements")
        for i, (x, y) in enumerate(zip(a, b)):
            differ(f"{path}[{i}]", x, y, out)
    elif a != b:
        out.append(f"{path}: {a!r} / {b!r}")


def compare(command, frr, ours):
    if command.endswith(" json") and frr.lstrip()[:1] == "{":
        try:
            trees = json.loads(frr), json.loads(ours)
        except ValueError as e:
            return [f"no JSON: {e}: {frr[:60]!r} / {ours[:60]!r}"]
        out = []
        if isinstance(trees[0].get("routes"), dict):
            trees[0]["routes"].pop(DEAD, None)
        differ("", *trees, out)
        return sorted(d for d in out if not known(command, d))
    frr = without_dead_network(command, frr)
    left = [x for x in text_lines(frr, command) if not known(command, "-" + x)]
    right = [x for x in text_lines(ours, command) if not known(command, "+" + x)]
    diff = difflib.unified_diff(left, right, "frr", "ours", lineterm="", n=0)
    return [d for d in diff if d[0] in "+-" and d[:3] not in ("+++", "---")]


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
