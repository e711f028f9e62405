#!/bin/sh
# Every allocation fails once: each command then says one sentence and ends with an exit code, and leaves nothing behind. Files that
# are cut while they are open and full disks are sentences, too.
# FAULTS=all tries every allocation, otherwise about 60 of each command.
bertscope=${BERTSCOPE:-./bertscope}
library=${FAIL_ALLOC:-./tests/faults/fail_alloc.so}
top=${srcdir:-.}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0
failed=0
fail() { echo "FAIL: $*"; failed=$((failed + 1)); }
[ -z "${SANITIZED:-}" ] || { echo "skipped: sanitizers replace malloc themselves"; exit 77; }
[ -f "$library" ] || { echo "skipped: there is no $library"; exit 77; }

golden=$top/tests/golden/bert
printf 'low\tthe model is small\nhigh\tit is not\n' >"$tmp/data.tsv"
printf 'prune-heads heads=0.1\nint8 components=ffn\n' >"$tmp/recipe"

# one N WORDS...: allocation N of the command fails.
one()
{
    n=$1
    shift
    rm -rf "$tmp/made"
    OMP_NUM_THREADS=1 FAIL_AT=$n FAIL_COUNT=$tmp/count LD_PRELOAD=$library "$bertscope" "$@" </dev/null >"$tmp/out" 2>"$tmp/err"
    code=$?
    if [ $code -ge 128 ]; then
        fail "allocation $n of '$*': died with $code: $(head -c 300 "$tmp/err")"
    elif [ $code -ne 0 ] && [ -s "$tmp/out" ]; then
        fail "allocation $n of '$*': exit $code, but there is output"
    elif [ $code -ne 0 ] && [ "$(wc -l <"$tmp/err")" -ne 1 ]; then
        fail "allocation $n of '$*': exit $code, and said: $(head -c 300 "$tmp/err")"
    elif [ -n "$(ls "$tmp/made" 2>/dev/null)" ] && ! "$bertscope" profile "$tmp/made" --seq 8 --threads 1 --budget 0.01 >/dev/null 2>&1; then
        fail "allocation $n of '$*': exit $code, and left what cannot be opened: $(ls "$tmp/made")"
    elif [ -n "$(find "$tmp" -maxdepth 1 -name 'made.*')" ]; then
        fail "allocation $n of '$*': left $(find "$tmp" -maxdepth 1 -name 'made.*')"
        rm -rf "$tmp"/made.*
    else
        passed=$((passed + 1))
    fi
}

every()
{
    one 0 "$@"
    [ "$code" -eq 0 ] || fail "'$*' fails by itself: $(cat "$tmp/err")"
    total=$(cat "$tmp/count")
    stride=1
    [ "${FAULTS:-}" = all ] || stride=$((total / 60 + 1))
    n=1
    while [ "$n" -le "$total" ]; do
        one "$n" "$@"
        n=$((n + stride))
    done
    echo "$1: $total allocations, every ${stride}th"
}

every profile "$golden" --seq 8 --threads 1 --budget 0.01
every eval "$golden" --data "$tmp/data.tsv" --task plain --threads 1
every heads "$golden" --data "$tmp/data.tsv" --task plain --threads 1
every compress "$golden" --data "$tmp/data.tsv" --task plain --threads 1 --seq 8 --budget 0.01 --recipe "$tmp/recipe" -o "$tmp/made"
every train "$golden" --data "$tmp/data.tsv" --task plain --threads 1 --steps 2 -o "$tmp/made"

# A file that is cut while it is read
cp -r "$golden" "$tmp/cut"
head -c 100000000 /dev/zero >"$tmp/long.txt"
( sleep 0.3; : >"$tmp/long.txt" ) &
"$bertscope" predict "$golden" --data "$tmp/long.txt" >"$tmp/out" 2>"$tmp/err"
code=$?
wait
if [ $code -ge 1 ] && [ $code -lt 128 ] && [ "$(wc -l <"$tmp/err")" -eq 1 ]; then passed=$((passed + 1)); else
    fail "a file that was cut: exit $code: $(head -c 300 "$tmp/err")"
fi

# A full disk
if [ -w /dev/full ]; then
    "$bertscope" profile "$golden" --seq 8 --threads 1 --budget 0.01 >/dev/full 2>"$tmp/err"
    code=$?
    if [ $code -eq 5 ] && grep -q 'No space left' "$tmp/err"; then passed=$((passed + 1)); else fail "a full disk: exit $code: $(cat "$tmp/err")"; fi
fi

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
