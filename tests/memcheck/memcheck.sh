#!/bin/sh
# Commands and unit suites under valgrind, which sees bytes that were never written; with AVX2 at most, because it knows no AVX-512.
bertscope=${BERTSCOPE:-./bertscope}
unit=${UNIT:-./tests/unit/unit}
top=${srcdir:-.}
golden=$top/tests/golden/bert
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
command -v valgrind >/dev/null || { echo "skipped: valgrind is not installed"; exit 77; }
[ -z "${SANITIZED:-}" ] || { echo "skipped: sanitizers and valgrind exclude each other"; exit 77; }
export BERTSCOPE_CPU=avx2 OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive
passed=0 failed=0

# clean NAME COMMAND...
clean()
{
    name=$1
    shift
    nice valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite --show-leak-kinds=definite \
        --suppressions="$top/tests/memcheck/suppressions" --log-file="$tmp/log" "$@" >"$tmp/out" 2>&1 </dev/null
    code=$?
    if [ $code -eq 0 ]; then
        passed=$((passed + 1))
        echo "$name: clean"
    else
        failed=$((failed + 1))
        echo "FAIL: $name: exit $code"
        head -n 60 "$tmp/log"
        tail -n 3 "$tmp/out"
    fi
}

printf 'low\tthe model is small\nhigh\tit is not\nmiddle\tit may be\n' >"$tmp/rows.tsv"
data="--data $tmp/rows.tsv --task plain --threads 1"
# shellcheck disable=SC2086
if [ $# -eq 0 ]; then
    clean doctor "$bertscope" doctor
    clean tokenize "$bertscope" tokenize "$golden" "Hello, world"
    clean predict "$bertscope" predict "$golden" "the model is small" --threads 1
    clean profile "$bertscope" profile "$golden" --seq 8 --threads 1 --budget 0.01 --counters --json
    clean eval "$bertscope" eval "$golden" $data
    clean heads "$bertscope" heads "$golden" $data
    clean compress "$bertscope" compress "$golden" $data --seq 8 --budget 0.01 --step "int8 components=ffn" --export compact -o "$tmp/compact"
    clean "profile of what was compressed" "$bertscope" profile "$tmp/compact" --seq 8 --threads 1 --budget 0.01
    clean train "$bertscope" train "$golden" $data --steps 2 -o "$tmp/trained"
    clean report "$bertscope" report "$golden" --data "$tmp/rows.tsv" --task plain --seq 8 --threads 1 --budget 0.01 --counters -o "$tmp/report.html"
    set -- stored safetensors pickle torch torch_zip checkpoint config recipe workbench session canvas
fi
for suite; do clean "unit $suite" "$unit" "$suite"; done
echo "$passed clean, $failed not"
[ $failed -eq 0 ]
