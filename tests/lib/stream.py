"""A stream of numbered datagrams and what of it comes back: `echo ADDRESS PORT` answers each,
`drive ADDRESS PORT PER_SECOND SECONDS` sends, and prints sent, lost, doubled. Tests ask whether anything
was lost while keys were changed."""
import select
import socket
import struct
import sys
import time


def echo(address, port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    s.bind((address, port))
    while True:
        data, peer = s.recvfrom(2048)
        s.sendto(data, peer)


def drive(address, port, rate, seconds):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    s.connect((address, port))
    s.setblocking(False)
    seen, doubled, sent, refused = set(), 0, 0, 0
    start = time.monotonic()
    end = start + seconds
    drain = end + 3
    while True:
        now = time.monotonic()
        while now < end and sent < (now - start) * rate:
            try:
                s.send(struct.pack("!I", sent) + b"." * 900)
            except OSError:
                refused += 1
            sent += 1
        if now >= drain or (now >= end and len(seen) == sent):
            break
        if not select.select([s], [], [], 1 / rate)[0]:
            continue
        try:
            while True:
                (number,) = struct.unpack("!I", s.recv(2048)[:4])
                doubled += number in seen
                seen.add(number)
        except OSError:
            pass
    print(f"sent {sent} lost {sent - len(seen)} doubled {doubled} refused {refused}")
    missing = sorted(set(range(sent)) - seen)
    if missing:
        print("missing", missing[:10], "...", missing[-1], file=sys.stderr)


if sys.argv[1] == "echo":
    echo(sys.argv[2], int(sys.argv[3]))
else:
    drive(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5]))
