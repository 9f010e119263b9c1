"""Runs named cases and reports them as TAP, for Meson to count."""
import sys
import traceback


def run(cases):
    print(f"1..{len(cases)}")
    failed = 0
    for number, (name, check) in enumerate(cases, 1):
        try:
            check()
            print(f"ok {number} - {name}")
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {number} - {name}")
            traceback.print_exc(file=sys.stderr)
    sys.exit(1 if failed else 0)
