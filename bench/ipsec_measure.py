#!/usr/bin/env python3
"""bench/ipsec_measure.py: the measuring half of bench/ipsec.

    run KIND NS-A NS-B DEVICE PID-A PID-B SECONDS IP-LOAD     one round of one kind: a line of JSON
    table ROUNDS SECONDS                                       medians of such lines, from stdin
    cpu PID..., memory PID...                                  of process trees: seconds, bytes
    roles PID                                                  CPU seconds of each of our processes
    tunnels WORKERS NS-A NS-B ADDRESS,... PID-A PID-B SECONDS IP-LOAD   a TCP stream to each address at
                                                               the same time: a line of JSON
    workers ROUNDS SECONDS                                     medians of those, from stdin

Measured from a to b through the tunnel (10.1.0.1 to 10.1.0.2), one after the other: TCP with one
stream and with four (Gbit/s of payload; CPU seconds a gigabyte of the daemons of both ends, and of
the load); ping 100 times a second beside one stream; UDP of 64 bytes of payload, as fast as the
sender can (received a second, CPU seconds a million packets that the sending daemon took and that
the receiving one delivered). CPU is user and system time of the processes from /proc; `system` is
what the whole machine was busy, others included.
"""
import json
import os
import re
import statistics
import subprocess
import sys
import time

TICKS = os.sysconf("SC_CLK_TCK")
ADDRESS = "10.1.0.2"


def tree(pid):
    """The process and all below it; none for 0."""
    pids, at = [pid] if pid else [], 0
    while at < len(pids):
        for task in os.listdir(f"/proc/{pids[at]}/task"):
            with open(f"/proc/{pids[at]}/task/{task}/children") as f:
                pids += [int(p) for p in f.read().split()]
        at += 1
    return pids


def cpu_seconds(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def system_seconds():
    """Busy time of all CPUs: all but idle and waiting for disks; what was stolen is not ours."""
    with open("/proc/stat") as f:
        fields = [int(x) for x in f.readline().split()[1:]]
    return (sum(fields[:3]) + fields[5] + fields[6]) / TICKS


class Ends:
    def __init__(self, words):
        self.kind, self.a, self.b, self.device = words[:4]
        self.pids_a, self.pids_b = tree(int(words[4])), tree(int(words[5]))
        self.seconds, self.program = float(words[6]), words[7]

    def cpu(self):
        return cpu_seconds(self.pids_a), cpu_seconds(self.pids_b), system_seconds()

    def packets(self, ns, key):
        out = subprocess.run(["ip", "-n", ns, "-s", "-j", "link", "show", self.device], check=True,
                             capture_output=True, text=True).stdout
        return json.loads(out)[0]["stats64"][key]["packets"]

    def load(self, kind, number):
        out = subprocess.run([self.program, kind, self.a, self.b, ADDRESS, str(number),
                              str(self.seconds)], check=True, capture_output=True, text=True)
        words = out.stdout.split()
        return {"bytes": int(words[1]), "sent": int(words[3]), "received": int(words[4]),
                "seconds": float(words[6]), "cpu": float(words[8])}

    def start_ping(self):
        count = str(int(self.seconds * 0.8 / 0.01))
        return subprocess.Popen(["ip", "netns", "exec", self.a, "ping", "-i", "0.01", "-c", count,
                                 "-W", "1", ADDRESS], stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, text=True)


def tcp(ends, streams):
    before = ends.cpu()
    got = ends.load("tcp", streams)
    after = ends.cpu()
    gigabytes = max(got["bytes"], 1) / 1e9
    a, b, system = (y - x for x, y in zip(before, after))
    return {"gbit": got["bytes"] * 8 / 1e9 / got["seconds"], "cpu_gb": (a + b) / gigabytes,
            "load_gb": got["cpu"] / gigabytes, "system_gb": system / gigabytes}


def latency(ends):
    ping = ends.start_ping()
    ends.load("tcp", 1)
    out = ping.communicate(timeout=30)[0]
    times = sorted(float(t) for t in re.findall(r"time=([0-9.]+)", out))
    sent = int(re.search(r"(\d+) packets transmitted", out).group(1))
    if not times:
        return {"ping_ms": float("nan"), "ping99_ms": float("nan"), "ping_lost": 100.0}
    return {"ping_ms": statistics.median(times), "ping99_ms": times[int(len(times) * 0.99)],
            "ping_lost": 100.0 * (sent - len(times)) / sent}


def small(ends):
    taken, delivered = ends.packets(ends.a, "tx"), ends.packets(ends.b, "rx")
    before = ends.cpu()
    got = ends.load("udp", 64)
    time.sleep(0.1)
    after = ends.cpu()
    taken = max(ends.packets(ends.a, "tx") - taken, 1)
    delivered = max(ends.packets(ends.b, "rx") - delivered, 1)
    a, b, system = (y - x for x, y in zip(before, after))
    return {"kpps": got["received"] / got["seconds"] / 1e3, "sent_kpps": got["sent"] /
            got["seconds"] / 1e3, "taken_kpps": taken / got["seconds"] / 1e3,
            "send_mp": a / taken * 1e6, "open_mp": b / delivered * 1e6,
            "recv_mp": b / max(got["received"], 1) * 1e6, "system_s": system}


def run(words):
    ends = Ends(words)
    ends.load("tcp", 1) if ends.seconds <= 1 else None
    row = {"kind": ends.kind}
    for streams in (1, 4):
        row.update({f"{k}_{streams}": v for k, v in tcp(ends, streams).items()})
    row.update(latency(ends))
    row.update(small(ends))
    print(json.dumps({k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()}),
          flush=True)


NAMES = {"spanway": "Spanway", "raw": "Spanway, IP protocol 50", "copy": "TUN-UDP copy, no cryptography", "swan":
         "strongSwan, kernel-libipsec", "wireguard": "wireguard-go", "plain": "cable alone"}
COLUMNS = (("gbit_1", "Gbit/s, 1", 2), ("gbit_4", "Gbit/s, 4", 2), ("cpu_gb_1", "CPU s/GB, 1", 2),
           ("cpu_gb_4", "CPU s/GB, 4", 2), ("load_gb_1", "load s/GB", 2), ("ping_ms", "ping ms", 2),
           ("ping99_ms", "p99 ms", 2), ("kpps", "kpps", 0), ("send_mp", "CPU s/Mp send", 2),
           ("recv_mp", "CPU s/Mp recv", 2))


def table(words):
    rows = {}
    for line in sys.stdin:
        if line.startswith("{"):
            row = json.loads(line)
            rows.setdefault(row["kind"], []).append(row)
    med = {k: {c: statistics.median(r[c] for r in v) for c in v[0] if c != "kind"}
           for k, v in rows.items()}
    print(f"\nmedians of {words[0]} rounds of {words[1]} s a test; "
          f"{len(os.sched_getaffinity(0))} CPUs, load {os.getloadavg()[0]:.1f}")
    print("| | " + " | ".join(title for _, title, _ in COLUMNS) + " |")
    print("|---|" + "--:|" * len(COLUMNS))
    for kind, m in med.items():
        print(f"| {NAMES[kind]} | " + " | ".join(f"{m[c]:.{n}f}" for c, _, n in COLUMNS) + " |")
    for kind in [k for k in med if k != "spanway" and "spanway" in med]:
        ratios = ((c, med["spanway"][c] / med[kind][c]) for c, _, _ in COLUMNS if med[kind][c] > 0)
        print(f"Spanway / {kind}: " + "  ".join(f"{c} {r:.2f}" for c, r in ratios))


def tunnels(words):
    ends = Ends([words[0], words[1], words[2], "", *words[4:]])
    before, memory = ends.cpu(), pss(ends.pids_a)
    loads = [subprocess.Popen([ends.program, "tcp", ends.a, ends.b, address, "1",
                               str(ends.seconds)], stdout=subprocess.PIPE, text=True)
             for address in words[3].split(",")]
    got = [load.communicate(timeout=60)[0].split() for load in loads]
    a, b, system = (y - x for x, y in zip(before, ends.cpu()))
    size, rates = sum(int(g[1]) for g in got), [int(g[1]) * 8 / 1e9 / float(g[6]) for g in got]
    gigabytes = max(size, 1) / 1e9
    print(json.dumps({"kind": words[0], "gbit": sum(rates), "least": min(rates),
                      "cpu_gb": (a + b) / gigabytes, "system_gb": system / gigabytes,
                      "memory_mb": memory / 1e6}), flush=True)


def workers(words):
    rows = {}
    for line in sys.stdin:
        if line.startswith("{"):
            row = json.loads(line)
            rows.setdefault(row["kind"], []).append(row)
    print(f"\nmedians of {words[0]} rounds of {words[1]} s; "
          f"{len(os.sched_getaffinity(0))} CPUs, load {os.getloadavg()[0]:.1f}")
    print("| workers an end | Gbit/s | slowest tunnel | CPU s/GB | machine s/GB | MB an end |")
    print("|--:|--:|--:|--:|--:|--:|")
    for kind, v in rows.items():
        m = {c: statistics.median(r[c] for r in v) for c in v[0] if c != "kind"}
        print(f"| {kind} | {m['gbit']:.2f} | {m['least']:.2f} | {m['cpu_gb']:.2f} | "
              f"{m['system_gb']:.2f} | {m['memory_mb']:.1f} |")


def cpu_of(words):
    print(cpu_seconds([p for w in words for p in tree(int(w))]))


def roles_of(words):
    times = []
    for pid in tree(int(words[0])):
        with open(f"/proc/{pid}/comm") as f:
            name = f.read().strip().replace("spanwayd-", "")
        times.append(f"{name} {cpu_seconds([pid]):.2f}")
    print(", ".join(times))


def smaps(pids, field):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup") as f:
            total += sum(int(line.split()[1]) for line in f if line.startswith(field + ":")) * 1024
    return total


def pss(pids):
    """Resident memory of processes; what they share counts in parts."""
    return smaps(pids, "Pss")


def memory_of(words):
    """Resident memory of processes and their children that is no file's: programs and libraries are
    shared with the other end, and count for less when that one starts."""
    print(smaps([p for w in words for p in tree(int(w))], "Pss_Anon"))


if __name__ == "__main__":
    {"run": run, "table": table, "cpu": cpu_of, "memory": memory_of,
     "roles": roles_of, "tunnels": tunnels, "workers": workers}[sys.argv[1]](sys.argv[2:])
