#!/usr/bin/env python3
"""tests/lib/tun_carrier.py NAME: a TUN device whose carrier follows the lines of standard input, on
and off; a line is answered by itself."""
import fcntl
import struct
import sys

TUNSETIFF, TUNSETCARRIER = 0x400454CA, 0x400454E2
fd = open("/dev/net/tun", "r+b", buffering=0)
fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", sys.argv[1].encode(), 0x1001))
print("made", flush=True)
for line in sys.stdin:
    fcntl.ioctl(fd, TUNSETCARRIER, struct.pack("i", line.strip() == "on"))
    print(line.strip(), flush=True)
