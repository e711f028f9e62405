#!/bin/sh
# search.sh PROGRAM SECONDS [TARGET...]: searches every fuzz target (or these) with libFuzzer for so long, with the words of its formats, and
# prints a line for each: runs, places of the program that were reached, inputs that are kept, findings. Exit 1 if there are any;
# they lie in fuzz-findings/.
program=$1
seconds=$2
shift 2
here=${srcdir:-.}/tests/fuzz
findings=fuzz-findings
found=0

# words TARGET: the dictionaries that help it
words()
{
    case $1 in
    safetensors) echo json safetensors ;;
    pickle | torch_zip) echo pickle ;;
    recipe) echo recipe ;;
    session) echo json recipe ;;
    config | tokenizer | report | baseline | document | sharded | resume) echo json ;;
    esac
}

[ $# -gt 0 ] || set -- $(sed -n 's/^FUZZ(\(.*\))/\1/p' "$here/fuzz.def")
mkdir -p "$findings" || exit 1
printf '%-14s %12s %8s %8s %9s\n' target runs reached kept findings
for target; do
    kept=fuzz-corpus/$target
    dictionary=fuzz-corpus/$target.dict
    mkdir -p "$kept"
    echo "# $(words "$target")" >"$dictionary" # libFuzzer takes no empty one
    for name in $(words "$target"); do cat "$here/dict/$name"; done >>"$dictionary"
    echo '"\x00"' >>"$dictionary"
    before=$(ls "$findings" | wc -l)
    BERTSCOPE_FUZZ=$target nice "$program" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -dict="$dictionary" \
        -artifact_prefix="$findings/$target-" -print_final_stats=1 "$kept" "$here/corpus/$target" >"fuzz-corpus/$target.log" 2>&1
    code=$?
    new=$(($(ls "$findings" | wc -l) - before))
    [ $code -eq 0 ] || [ $new -gt 0 ] || new=1
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "fuzz-corpus/$target.log" | tail -n 1)
    reached=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "fuzz-corpus/$target.log" | tail -n 1)
    printf '%-14s %12s %8s %8s %9s\n' "$target" "${runs:--}" "${reached:--}" "$(ls "$kept" | wc -l)" "$new"
    found=$((found + new))
done
[ $found -eq 0 ]
