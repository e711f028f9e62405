#!/bin/sh
# The line protocol of tests/bench/worker: ready, N times for each N, an end; one sentence and exit 2 for anything else.
worker=tests/bench/worker
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0

# is NAME EXPECTED GOT
is()
{
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        echo "FAIL: $1: $3 instead of $2"
        failed=$((failed + 1))
    fi
}

# refuses SENTENCE INPUT ARGUMENT...
refuses()
{
    sentence=$1 input=$2
    shift 2
    printf '%s' "$input" | $worker "$@" >"$tmp/out" 2>"$tmp/err"
    is "exit code of worker $*" 2 $?
    is "what worker $* says" "worker: $sentence" "$(cat "$tmp/err")"
}

printf '1\n2\n' | $worker --shape tiny --batch 2 --seq 8 --threads 1 --format f32 >"$tmp/out" 2>"$tmp/err"
is "exit code" 0 $?
is "standard error" "" "$(cat "$tmp/err")"
is "lines" 3 "$(wc -l <"$tmp/out" | tr -d ' ')"
is "first line" "ready bert-tiny f32 forward batch 2 seq 8 equal threads 1" "$(sed -n '1s/ [0-9]* MACs$//p' "$tmp/out")"
is "times" "1 2" "$(sed 1d "$tmp/out" | awk '{ printf "%s%d", (NR > 1 ? " " : ""), NF }')"
is "times above 0" 3 "$(sed 1d "$tmp/out" | tr ' ' '\n' | awk '$1 > 0' | wc -l | tr -d ' ')"
printf '2\n' | $worker --shape tiny --batch 4 --seq 8 --pass train --lengths spread >"$tmp/out" 2>"$tmp/err"
is "exit code of training" 0 $?
is "standard error of training" "" "$(cat "$tmp/err")"
is "first line of training" "ready bert-tiny f32 train batch 4 seq 8 spread threads 1" \
    "$(sed -n '1s/ [0-9]* MACs$//p' "$tmp/out")"
is "times of steps above 0" 2 "$(sed 1d "$tmp/out" | tr ' ' '\n' | awk '$1 > 0' | wc -l | tr -d ' ')"
refuses "a line of input is a number of passes from 1 to 1000000" "x
" --shape tiny --seq 1
refuses 'there is no weight format "f31"' "" --format f31
refuses '--pass is forward or train, not "backward"' "" --pass backward
refuses "--batch takes a whole number from 1, not \"0\"" "" --batch 0
refuses "--seq needs a value" "" --seq
refuses "a length of 513 tokens is outside the model's 1..512 positions" "" --shape tiny --seq 513
refuses 'there is no option "--speed" (options: --shape --batch --seq --threads --format --pass --lengths)' "" --speed 1

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
