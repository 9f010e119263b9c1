#!/usr/bin/env python3
"""tests/lib/tun_carrier.py NAME [SECONDS]: a TUN device whose carrier follows the lines of standard
input, on and off; a line is answered by itself. With SECONDS it changes by itself, that often."""
import fcntl
import struct
import sys
import time

TUNSETIFF, TUNSETCARRIER = 0x400454CA, 0x400454E2
fd = open("/dev/net/tun", "r+b", buffering=0)
fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", sys.argv[1].encode(), 0x1001))
print("made", flush=True)


def carrier(on):
    fcntl.ioctl(fd, TUNSETCARRIER, struct.pack("i", on))


while len(sys.argv) > 2:
    carrier(False)
    carrier(True)
    time.sleep(float(sys.argv[2]))
for line in sys.stdin:
    carrier(line.strip() == "on")
    print(line.strip(), flush=True)
