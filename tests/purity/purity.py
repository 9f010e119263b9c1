#!/usr/bin/env python3
"""Fails on every symbol that an engine library leaves undefined and may not use.

usage: purity.py NM LAYERS folder=library...
An engine may use what itself and the folders of its line in LAYERS define, and a short list of
functions that only touch memory. base/ alone may use the heap, policy/ alone PCRE2, crypto/ alone
libcrypto and Intel's IPsec library, and of libcrypto nothing that opens files or sockets.
"""
import re
import subprocess
import sys

ENGINES = ["base", "crypto", "attr", "policy", "rib", "bgp", "bfd", "fib", "nat", "esp", "ike",
           "node"]
ALLOWED = {
    "memcpy", "memmove", "memset", "memcmp", "memchr", "strlen", "strcmp", "strncmp", "strchr",
    "strrchr", "strnlen", "strstr", "strspn", "strcspn",
    "bcmp",  # clang's memcmp() == 0
    "__assert_fail", "__stack_chk_fail", "_GLOBAL_OFFSET_TABLE_",
}
# Arithmetic that compilers call instead of inlining.
ARITHMETIC = re.compile(r"__(u?div|u?mod|mul)ti3|__popcount[ds]i2|__(clz|ctz)[dt]i2")
EXTRA = {
    "base": re.compile(r"malloc|calloc|realloc|free"),
    "policy": re.compile(r"pcre2_\w+"),
    "crypto": re.compile(
        r"BN_\w+|EC_(GROUP|POINT)_\w+|ECDSA_SIG_\w+|EVP_(?!\w*_fp$)\w+|ERR_(clear|peek_last)_error|"
        r"ASN1_(INTEGER|STRING|item)_\w+|OBJ_\w+|RSA_PSS_PARAMS_\w+|GENERAL_NAMES?_\w+|"
        r"[di]2[di]_(?!\w*_fp$)\w+|X509_(?!\w*(_fp$|load|LOOKUP|set_default_paths))\w+|"
        r"PEM_read_bio_\w+|BIO_(new|new_mem_buf|s_mem|ctrl|free)|OPENSSL_sk_\w+|"
        r"OPENSSL_(cleanse|init_crypto)|CRYPTO_(free|memcmp)|RAND_bytes|"
        r"imb_\w+|init_mb_mgr_(auto|sse)"),
}


def symbols(nm, library, *options):
    out = subprocess.run([nm, "-P", *options, library], check=True, capture_output=True, text=True)
    rows = [line.split() for line in out.stdout.splitlines()]
    return [(row[0], row[1]) for row in rows if len(row) >= 2 and not row[0].endswith(":")]


def layers(path):
    rows = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            line = line.split("#")[0].strip()
            if line:
                folder, _, lower = line.partition(":")
                rows[folder.strip()] = [f for f in lower.split() if f != "*/view.h"]
    return rows


def main():
    nm, layers_path = sys.argv[1:3]
    libraries = dict(arg.split("=", 1) for arg in sys.argv[3:])
    rows = layers(layers_path)
    defined = {f: {s for s, _ in symbols(nm, lib, "--defined-only", "-g")}
               for f, lib in libraries.items()}
    bad = checked = 0
    for engine in ENGINES:
        if engine not in libraries:
            continue
        checked += 1
        known = set(ALLOWED).union(*(defined.get(f, set()) for f in [engine, *rows[engine]]))
        extra = EXTRA.get(engine)
        for symbol in sorted({s for s, _ in symbols(nm, libraries[engine], "-u")}):
            if symbol in known or ARITHMETIC.fullmatch(symbol):
                continue
            if extra and extra.fullmatch(symbol):
                continue
            homes = [f for f, names in defined.items() if symbol in names]
            where = f" (defined in {homes[0]}/, not in its LAYERS)" if homes else ""
            print(f"src/{engine}: uses {symbol}{where} [purity]")
            bad += 1
    print(f"purity: {checked} engine libraries, {bad} forbidden symbols")
    return 1 if bad else 0


sys.exit(main())
