#!/bin/sh
# How the program ends when something around it does: pipes, terminals, disks, files that change, and a crash.
bertscope=${BERTSCOPE:-./bertscope}
top=${srcdir:-.}
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0
golden=$top/tests/golden/bert
quick="--seq 8 --threads 1 --budget 0.01"

fail()
{
    echo "FAIL: $*"
    failed=$((failed + 1))
}

pass()
{
    passed=$((passed + 1))
}

# says CODE WHAT: the code of the last command, and one sentence on stderr that begins with "bertscope: " ("" = none).
says()
{
    lines=$(wc -l <"$tmp/err")
    if [ "$code" -ne "$1" ]; then
        fail "$2: exit $code instead of $1: $(head -c 300 "$tmp/err")"
    elif [ "$1" -eq 0 ] && [ "$lines" -ne 0 ]; then
        fail "$2: said $(head -c 300 "$tmp/err")"
    elif [ "$1" -ne 0 ] && ! { [ "$lines" -eq 1 ] && grep -q '^bertscope: ' "$tmp/err"; }; then
        fail "$2: $lines lines: $(head -c 300 "$tmp/err")"
    else
        pass
    fi
}

# ---- a reader that goes away
for reader in "head -c 1" true; do
    # shellcheck disable=SC2086
    { "$bertscope" profile "$golden" $quick --json 2>"$tmp/err"; echo $? >"$tmp/code"; } | $reader >/dev/null
    code=$(cat "$tmp/code")
    says 0 "profile --json | $reader"
done
"$bertscope" profile "$golden" $quick >&- 2>"$tmp/err"
code=$?
says 5 "a closed output"

# ---- a terminal that goes away
"$bertscope" profile preset:bert-small --seq 512 --batch 16 --budget 60 -o "$tmp/hang.json" >"$tmp/out" 2>"$tmp/err" &
pid=$!
sleep 1
kill -HUP $pid
wait $pid
code=$?
says 130 "SIGHUP"
ls "$tmp" | grep -q '^hang' && fail "SIGHUP left $(ls "$tmp" | grep '^hang')"
(trap '' HUP; exec "$bertscope" profile preset:bert-tiny --budget 1 >"$tmp/out" 2>"$tmp/err") &
pid=$!
sleep 0.5
kill -HUP $pid
wait $pid
code=$?
says 0 "SIGHUP that is ignored"

# ---- a crash says which program it was, what ran, and where
if [ -z "${SANITIZED:-}" ]; then
    for attempt in 1 2 3 4 5 6; do # while the model is opened and between two steps none runs
        (ulimit -c 0; exec "$bertscope" profile preset:bert-small --seq 512 --batch 16 --threads 1 --budget 60 >"$tmp/out" 2>"$tmp/err") &
        pid=$!
        sleep "$attempt"
        kill -SEGV $pid
        wait $pid 2>/dev/null
        code=$?
        grep -q 'in the step "' "$tmp/err" && break
    done
    if [ $code -ne 139 ] || [ -s "$tmp/out" ]; then
        fail "SIGSEGV: exit $code"
    elif ! grep -q '^bertscope: crashed (SIGSEGV' "$tmp/err" || ! grep -q 'It was here:$' "$tmp/err"; then
        fail "SIGSEGV said $(cat "$tmp/err")"
    elif ! grep -q '^  version [0-9.]*, build [0-9a-f]*, in the step "[^"]*", operation [a-z]*' "$tmp/err"; then
        fail "no step in $attempt crashes: $(cat "$tmp/err")"
    else
        pass
    fi
    id=$(readelf -n "$bertscope" 2>/dev/null | sed -n 's/.*Build ID: //p')
    if [ -n "$id" ]; then
        grep -q "build $id" "$tmp/err" && pass || fail "the build is not $id: $(cat "$tmp/err")"
    fi
fi

# ---- a full disk: one sentence, and neither a part of the file nor the temporary one
# full FILE WORDS...
full()
{
    made=$1
    shift
    (ulimit -f 1; exec "$bertscope" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null)
    code=$?
    says 5 "$1 on a full disk"
    left=$(find "$tmp" -maxdepth 1 -name "$made*")
    [ -z "$left" ] && pass || fail "$1 on a full disk left $left"
    rm -rf "$tmp/$made"*
}
printf 'low\tthe model is small\nhigh\tit is not\nmiddle\tit may be\n' >"$tmp/rows.tsv"
data="--data $tmp/rows.tsv --task plain --threads 1"
export XDG_DATA_HOME="$tmp/share"
# shellcheck disable=SC2086
{
    full profile.json profile "$golden" $quick --json -o "$tmp/profile.json"
    full report.html report "$golden" $quick --data "$tmp/rows.tsv" --task plain -o "$tmp/report.html"
    full dense compress "$golden" $data --seq 8 --budget 0.01 --step f16 --export dense -o "$tmp/dense"
    full compact compress "$golden" $data --seq 8 --budget 0.01 --step f16 --export compact -o "$tmp/compact"
    full trained train "$golden" $data --steps 1 -o "$tmp/trained"
    full base.json check "$golden" --seq 8 --budget 1 --save "$tmp/base.json"
}

# ---- a file of the model that is cut after it was opened
trap '' PIPE
cp -r "$golden" "$tmp/model"
mkfifo "$tmp/lines"
"$bertscope" predict "$tmp/model" <"$tmp/lines" >"$tmp/out" 2>"$tmp/err" &
pid=$!
exec 3>"$tmp/lines"
sleep 1
: >"$tmp/model/model.safetensors"
echo "the model is small" >&3
exec 3>&-
wait $pid
code=$?
says 5 "a model that was cut"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
