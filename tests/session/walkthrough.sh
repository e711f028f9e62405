#!/bin/sh
# The walk-through of the README (doc/walkthrough.script) at two sizes: it ends well, every screen that it captures fits and says
# what it is there for, and the figures on it are those of the command line.
bertscope=$(realpath "${BERTSCOPE:-./bertscope}")
script=$(realpath "${srcdir:-.}/doc/walkthrough.script")
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0

# check WHAT COMMAND...
check()
{
    what=$1
    shift
    if "$@" >/dev/null; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL: $what"
    fi
}

# fits FILE COLUMNS ROWS
fits()
{
    [ "$(LC_ALL=C.UTF-8 wc -L <"$1")" -le "$2" ] && [ "$(wc -l <"$1")" -eq "$3" ]
}

shows()
{
    check "$size: $1 says $2" grep -q -- "$2" "$1"
}

for size in 80x24 120x40; do
    mkdir "$tmp/$size"
    cd "$tmp/$size" || exit 99
    XDG_STATE_HOME=$tmp/$size/state "$bertscope" demo --script "$script" --size $size </dev/null >out 2>err
    code=$?
    check "$size: exit $code: $(cat err)" test $code -eq 0
    for screen in 1-overview 2-heads 3-compress 4-examples 5-attention 6-frontier 7-compare 8-log; do
        check "$size: $screen fits" fits $screen.txt "${size%x*}" "${size#*x}"
    done
    shows 1-overview.txt 'Feed-forward  *[0-9]'
    shows 2-heads.txt '8 tagged'
    shows 3-compress.txt 'all 2000 rows'
    shows 3-compress.txt 'measured [0-9.]*x'
    shows 4-examples.txt 'Row [0-9]*, line [0-9]*, label'
    shows 5-attention.txt 'looks at'
    shows 6-frontier.txt 'latency=0.6'
    shows 7-compare.txt '=  *2 small'
    shows 8-log.txt 'opened again'
    check "$size: the model was written" test -s walkthrough-model/model.safetensors
done

# ---- the same recipe by command: what was counted and the accuracy are the same
"$bertscope" compress demo --recipe walkthrough.recipe --data demo:dev --json --quiet --budget 0.1 >json
# The number of a key behind the last line that holds a name.
number()
{
    awk -v name="\"name\": \"$1\"" -v key="\"$2\":" '
        index($0, name) { found = 1 }
        found && $1 == key { value = $2; found = 0 }
        END { print value + 0 }' json
}
accuracy=$(printf %.4f "$(number accuracy value)")
macs=$(printf %.1f%% "$(awk -v x="$(number macs ratio)" 'BEGIN { print 100 * x }')")
check "compress gives an accuracy and MACs: $accuracy $macs" test "$accuracy" != 0.0000 -a "$macs" != 0.0%
shows 3-compress.txt " $accuracy "
shows 3-compress.txt "$macs of a pass"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
