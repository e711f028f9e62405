#!/bin/sh
# What --record keeps, and what bertscope history says of it.
bertscope=${BERTSCOPE:-./bertscope}
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
export XDG_DATA_HOME="$tmp/data"
passed=0 failed=0

fail()
{
    echo "FAIL: $*"
    failed=$((failed + 1))
}

# run CODE SENTENCE ARGUMENT...: the exit code, and the whole of stderr ("..." at its end = a beginning).
run()
{
    code=$1 sentence=$2
    shift 2
    "$bertscope" "$@" </dev/null >"$tmp/out" 2>"$tmp/err"
    got=$?
    said=$(cat "$tmp/err")
    case $sentence in
    *...) case $said in "${sentence%...}"*) same=yes ;; *) same=no ;; esac ;;
    *) [ "$said" = "$sentence" ] && same=yes || same=no ;;
    esac
    if [ $got -ne "$code" ]; then
        fail "exit $got instead of $code: bertscope $* ($said)"
    elif [ $same = no ]; then
        fail "bertscope $* said: $said"
    else
        passed=$((passed + 1))
    fi
}

# out TEXT: what the last run wrote has this in it; lines N: it has so many lines.
out()
{
    if grep -q -- "$1" "$tmp/out"; then passed=$((passed + 1)); else fail "no '$1' in the output of the last run"; fi
}
lines()
{
    n=$(wc -l <"$tmp/out" | tr -d ' ')
    if [ "$n" = "$1" ]; then passed=$((passed + 1)); else fail "$n lines instead of $1"; fi
}

run 0 "" history
if grep -q 'built without SQLite' "$tmp/err"; then
    echo "skipped: built without SQLite"
    exit 77
fi
out 'Nothing is kept here'
[ ! -e "$tmp/data" ] || fail "asking made a history"
run 2 "bertscope: --prune removes what is selected; say what: ..." history --prune
run 2 "bertscope: there is no quantity \"speed\" (quantities: time_ns, params, ..." history --quantity speed
run 2 "bertscope: \"soon\" is no time: ..." history --since soon
run 2 "bertscope: an entry of the history is a number, not \"x\"" history x
run 5 "bertscope: there is no history $tmp/data/bertscope/history.db yet; --record keeps a result" history 1

tiny="preset:bert-tiny --seq 8 --threads 1 --budget 0.05"
run 0 "" profile $tiny --record
out 'Components'
run 0 "" profile $tiny --record --json
out '"schema": "bertscope.profile/1"'
run 0 "" eval demo --rows 20 --record
run 0 "" compress demo --step 'prune-heads fraction=0.25' --rows 20 --budget 0.05 --record
run 0 "" history --csv -
lines 5
out '^1,20[0-9-]* [0-9:]*,"profile","preset:bert-tiny",'
out '^4,.*recipe prune-heads fraction=0.25'
run 0 "" history --kind profile --csv -
lines 3
run 0 "" history --model demo --machine here --since 1h --last 1 --csv "$tmp/h.csv" --json
out '"kind": "compress"'
[ "$(wc -l <"$tmp/h.csv" | tr -d ' ')" = 2 ] || fail "--csv FILE"
run 0 "" history
out 'Over time: time'
out 'profile  preset:bert-tiny        2 '
run 0 "" history 2
out '"schema": "bertscope.profile/1"'
run 0 "" history --kind eval --prune
out '1 removed'
run 5 "bertscope: the history $tmp/data/bertscope/history.db has no entry 3" history 3
run 0 "" history --before 1h --prune
out '0 removed'

# A store that is none, one that cannot be written: what was measured is shown all the same
run 5 "bertscope: $0 is no history: it is no SQLite file" history --store "$0"
run 5 "bertscope: the history /dev/null/h.db cannot be opened for writing: ..." profile $tiny --record --store /dev/null/h.db
out 'Components'

# a limit of the size of files: one that does not even hold an empty history
(
    ulimit -f 16
    run 5 "bertscope: the history $tmp/limited.db cannot be written, nothing was recorded: ..." profile $tiny --record --store "$tmp/limited.db"
    [ $failed -eq 0 ]
) && passed=$((passed + 1)) || failed=$((failed + 1))

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
