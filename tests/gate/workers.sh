#!/bin/sh
# bertscope check against another program: one whose feed-forward steps take twice as long before, so that it improved.
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
BERTSCOPE_GATE_SLOW="feed_forward 1.0" ./bertscope check preset:bert-tiny --seq 32 --budget 0.1 --against "tests/gate/slow" \
    --json -o "$tmp/check.json"
code=$?
[ $code -eq 0 ] || echo "FAIL: exit $code"
if awk '/"name": "feed_forward"/ { wanted = 1 } wanted && /"verdict"/ { print; exit }' "$tmp/check.json" | grep -q improved; then
    echo "feed-forward improved, as it should"
else
    echo "FAIL: the verdict on feed-forward"
    sed -n '/"rows"/,/"exact"/p' "$tmp/check.json"
    exit 1
fi
[ $code -eq 0 ]
