# tests/lib/tap.sh: TAP from bash. ok NAME, not_ok NAME, tap_done at the end. Sourced.
TAP_COUNT=0
TAP_FAILED=0
ok() { TAP_COUNT=$((TAP_COUNT + 1)); echo "ok $TAP_COUNT - $1"; }
not_ok() { TAP_COUNT=$((TAP_COUNT + 1)); TAP_FAILED=$((TAP_FAILED + 1)); echo "not ok $TAP_COUNT - $1"; }
# claim NAME COMMAND...: ok when the command succeeds.
claim() { if "${@:2}" >/dev/null 2>&1; then ok "$1"; else not_ok "$1"; fi; }
tap_done() { echo "1..$TAP_COUNT"; [ "$TAP_FAILED" = 0 ]; }
