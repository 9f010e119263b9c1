"""A BGP speaker that misbehaves, one case a run; used by tests/interop/failure.

usage: hostile.py CASE LOCAL-ADDRESS PEER-ADDRESS
Prints the NOTIFICATION that the peer answers with as "CODE/SUBCODE HEX-DATA", "closed" when the
connection ended without one, "alive" when the session outlived what was sent.
"""
import socket
import struct
import sys
import time

MARKER = b"\xff" * 16
AS, HOLD, ROUTER_ID = 65066, 90, bytes([10, 66, 0, 2])


def message(kind, body=b""):
    return MARKER + struct.pack(">HB", 19 + len(body), kind) + body


def capability(code, value=b""):
    return bytes([code, len(value)]) + value


def open_body(version=4, asn=AS, hold=HOLD, router_id=ROUTER_ID, caps=None, params=None):
    if caps is None:
        caps = capability(1, struct.pack(">HBB", 1, 0, 1)) + capability(65, struct.pack(">I", asn))
    if params is None:
        params = bytes([2, len(caps)]) + caps
    return struct.pack(">BHH", version, asn, hold) + router_id + bytes([len(params)]) + params


OPEN, KEEPALIVE = message(1, open_body()), message(4)
ORIGIN = b"\x40\x01\x01\x00"
AS_PATH = b"\x40\x02\x06\x02\x01" + struct.pack(">I", AS)
NEXT_HOP = b"\x40\x03\x04" + bytes([10, 0, 3, 2])
PREFIX = b"\x18\xc6\x33\x64"  # 198.51.100.0/24


def update(attributes, nlri=PREFIX, withdrawn=b"", attribute_length=None):
    length = len(attributes) if attribute_length is None else attribute_length
    return message(2, struct.pack(">H", len(withdrawn)) + withdrawn + struct.pack(">H", length) + attributes + nlri)


GOOD = ORIGIN + AS_PATH + NEXT_HOP
# What is sent in the place of the OPEN ...
BEFORE = {
    "http": b"GET / HTTP/1.1\r\nHost: gateway\r\n\r\n",
    "bad-marker": b"\x00" * 16 + OPEN[16:],
    "short-length": MARKER + struct.pack(">HB", 18, 1),
    "long-length": MARKER + struct.pack(">HB", 5000, 2) + b"\0" * 100,
    "unknown-type": MARKER + struct.pack(">HB", 19, 9),
    "keepalive-length": MARKER + struct.pack(">HB", 20, 4) + b"\0",
    "update-first": update(GOOD),
    "bad-version": message(1, open_body(version=3)),
    "bad-as": message(1, open_body(asn=65067)),
    "hold-one": message(1, open_body(hold=1)),
    "bad-router-id": message(1, open_body(router_id=b"\0\0\0\0")),
    "bad-parameter": message(1, open_body(params=b"\x09\x02\0\0")),
    "long-parameter": message(1, open_body(params=b"\x02\xf0\x01\x04")),
}
# ... and after the session is up.
AFTER = {
    "open-again": OPEN,
    "attributes-overrun": update(GOOD, attribute_length=5000),
    "withdrawn-overrun": message(2, struct.pack(">H", 4000) + b"\0\0"),
    "twice-mp-reach": update(GOOD + 2 * (b"\x80\x0e\x15" + struct.pack(">HBB", 2, 1, 16) + b"\x20" * 16 + b"\0")),
    # RFC 7606: the session lives, the route is taken as withdrawn.
    "bad-origin": update(b"\x40\x01\x01\x09" + AS_PATH + NEXT_HOP),
    "no-next-hop": update(ORIGIN + AS_PATH),
    "bad-path": update(ORIGIN + b"\x40\x02\x04\x02\x05\x00\x01" + NEXT_HOP),
    "unknown-well-known": update(GOOD + b"\x40\x63\x01\x00"),
    # RFC 7606: the attribute is dropped, the route stays.
    "bad-aggregator": update(GOOD + b"\xc0\x07\x03\x00\x01\x02"),
    "bad-nlri": update(GOOD, nlri=b"\x21\xc6\x33\x64\x01\x02"),
}


def read_exact(sock, n):
    data = b""
    while len(data) < n:
        piece = sock.recv(n - len(data))
        if not piece:
            raise ConnectionError
        data += piece
    return data


def next_message(sock):
    header = read_exact(sock, 19)
    length, kind = struct.unpack(">HB", header[16:])
    return kind, read_exact(sock, length - 19)


def until(sock, wanted):
    """Reads until a message of the kind wanted; a NOTIFICATION ends the program with its word."""
    while True:
        kind, body = next_message(sock)
        if kind == 3:
            print(f"{body[0]}/{body[1]} {body[2:].hex()}".strip())
            sys.exit(0)
        if kind == wanted:
            return


def main():
    case, local, peer = sys.argv[1:]
    deadline = time.monotonic() + 10
    while True:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((local, 0))
        sock.settimeout(8)
        try:
            sock.connect((peer, 179))
            if case in BEFORE:
                sock.sendall(BEFORE[case])
                until(sock, None)
            sock.sendall(OPEN)
            until(sock, 1)
            sock.sendall(KEEPALIVE)
            until(sock, 4)
            if case == "silence":
                until(sock, None)
            if case == "stay":
                sock.sendall(update(GOOD))
                print("up", flush=True)
                sock.settimeout(60)
                until(sock, None)
            sock.sendall(update(GOOD) + AFTER[case])
            sock.sendall(message(5, b"\0\1\0\1"))  # ROUTE-REFRESH: its answer shows that we are still heard
            until(sock, 2)
            sock.settimeout(1.5)
            until(sock, None)
        except TimeoutError:
            print("alive")
            return
        except OSError:
            # Refused or closed at once: the peer may still be busy with the case before.
            if time.monotonic() > deadline or case in BEFORE and sock.fileno() >= 0 and "done" in sys.argv:
                print("closed")
                return
            time.sleep(0.2)
        finally:
            sock.close()


main()
