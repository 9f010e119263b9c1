"""A large transfer over TCP: `serve ADDRESS PORT BYTES` takes one connection, reads so many bytes and
sends as many; `run ADDRESS PORT BYTES` is the other end. Each prints the SHA-256 of what it sent and of
what it received; the bytes come from a seed, so the ends know what they should be."""
import hashlib
import random
import socket
import sys

PIECE = 1 << 16


def pieces(seed, total):
    r = random.Random(seed)
    while total > 0:
        piece = r.randbytes(min(PIECE, total))
        total -= len(piece)
        yield piece


def send(s, seed, total):
    for piece in pieces(seed, total):
        s.sendall(piece)


def receive(s, seed, total):
    got, want, left = hashlib.sha256(), hashlib.sha256(), total
    for piece in pieces(seed, total):
        want.update(piece)
    while left > 0:
        data = s.recv(PIECE)
        if not data:
            break
        got.update(data)
        left -= len(data)
    same = got.digest() == want.digest()
    print(f"received {total - left} of {total}, {'the same' if same else 'DIFFERENT'}", flush=True)
    return same


what, address, port, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
if what == "serve":
    with socket.create_server((address, port)) as server:
        print("listening", flush=True)
        peer, _ = server.accept()
        fine = receive(peer, 1, size)
        send(peer, 2, size)
        peer.close()
else:
    peer = socket.create_connection((address, port), timeout=60)
    send(peer, 1, size)
    fine = receive(peer, 2, size)
sys.exit(not fine)
