#!/bin/sh
# The line protocol of tests/bench/sentences, and that a batch gives each row what the row gives alone.
worker=tests/bench/sentences
model=${srcdir:-.}/tests/golden/bert
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
    is "exit code of sentences $*" 2 $?
    is "what sentences $* says" "sentences: $sentence" "$(cat "$tmp/err")"
}

printf 'sentence\tlabel\nhello world\t1\nhello\t0\nand now a longer one\t0\n' >"$tmp/dev.tsv"
printf 'ids 0\nids 1\nrun 0\nrun 1\n' | $worker --model "$model" --data "$tmp/dev.tsv" --batch 2 >"$tmp/two" 2>"$tmp/err"
is "exit code" 0 $?
is "standard error" "" "$(cat "$tmp/err")"
is "lines" 5 "$(wc -l <"$tmp/two" | tr -d ' ')"
is "first line" "ready 3 rows" "$(sed -n '1s/ [0-9]* tokens 2 batches [0-9]* labels$//p' "$tmp/two")"
is "rows of batches" "2 1" "$(sed -n '2,3p' "$tmp/two" | awk -F';' '{ printf "%s%d", (NR > 1 ? " " : ""), NF }')"
printf 'run 0\nrun 1\nrun 2\n' | $worker --model "$model" --data "$tmp/dev.tsv" --batch 1 >"$tmp/one" 2>"$tmp/err"
logits()
{
    sed -n "/^[0-9]*\.[0-9]* /{s/^[^ ]* //;p;}" "$1" | tr ' ' '\n'
}
is "logits of rows alone" "$(logits "$tmp/one")" "$(logits "$tmp/two")"
refuses 'a line of input is "ids I" or "run I" with a batch from 0 to 0' "run 1
" --model "$model" --data "$tmp/dev.tsv"
refuses "--model and --data are needed" "" --model "$model"
refuses 'there is no weight format "f31"' "" --format f31
refuses "--batch takes a whole number from 1 to 4096, not \"0\"" "" --batch 0

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
