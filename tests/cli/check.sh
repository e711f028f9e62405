#!/bin/sh
# bertscope check: every exit code, baselines, other programs, and files that a CI service reads.
bertscope=${BERTSCOPE:-./bertscope}
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0

fail()
{
    echo "FAIL: $*"
    failed=$((failed + 1))
}

# run CODE SENTENCE ARGUMENT...: the exit code, and the whole of stderr ("" = none; "..." at its end = a beginning).
run()
{
    code=$1 sentence=$2
    shift 2
    "$bertscope" check "$@" </dev/null >"$tmp/out" 2>"$tmp/err"
    got=$?
    said=$(cat "$tmp/err")
    case $sentence in
    *...) case $said in "${sentence%...}"*) same=yes ;; *) same=no ;; esac ;;
    *) [ "$said" = "$sentence" ] && same=yes || same=no ;;
    esac
    if [ $got -ne "$code" ]; then
        fail "exit $got instead of $code: bertscope check $* ($said)"
        sed 's/^/    /' "$tmp/out" | tail -25
    elif [ $same = no ]; then
        fail "bertscope check $* said: $said"
    else
        passed=$((passed + 1))
    fi
}

# has FILE TEXT
has()
{
    if grep -q -- "$2" "$1"; then passed=$((passed + 1)); else fail "no '$2' in $1"; fi
}

tiny="preset:bert-tiny --budget 0.1 --seq 8"

# 0: a baseline, and the same again; what is wide is allowed here, for other tests run beside this one
run 0 "" $tiny --batch 1,2 --save "$tmp/base.json"
has "$tmp/base.json" '"schema":"bertscope.baseline/1"'
run 0 "" preset:bert-tiny --budget 0.1 --baseline "$tmp/base.json" --threshold 1000 --json
has "$tmp/out" '"schema": "bertscope.check/1"'
has "$tmp/out" '"workload": "2x8"'
has "$tmp/out" '"form": "baseline"'
run 0 "" $tiny --against preset:bert-tiny --threshold 1000 --save "$tmp/again.json" --annotations
has "$tmp/out" 'form           interleaved'
run 0 "" $tiny --against "$bertscope" --threshold 1000 -o "$tmp/text"
has "$tmp/text" 'are the same in every row'
[ ! -s "$tmp/out" ] || fail "-o left something on standard output"

# 1: a larger model, in every form
run 1 "" preset:bert-mini --budget 0.1 --seq 8 --against preset:bert-tiny --junit "$tmp/j.xml" --markdown "$tmp/m.md" \
    --annotations --json -o "$tmp/c.json"
has "$tmp/c.json" '"verdict": "regression"'
has "$tmp/m.md" '\*\*regression\*\*'
has "$tmp/out" '^::error title=regression%3A preset%3Abert-mini 1x8::Feed-forward: '
if [ -n "$(grep -v '^::[a-z]* title=[^:]*::[^:]' "$tmp/out")" ]; then fail "a line is no annotation"; fi
if command -v python3 >/dev/null; then
    if python3 - "$tmp/j.xml" <<'END'; then passed=$((passed + 1)); else fail "a parser refuses the JUnit file"; fi
import sys
import xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
cases = root.findall("testsuite/testcase")
assert root.tag == "testsuites" and len(cases) == int(root.get("tests")) == 28
assert len(root.findall(".//failure")) == int(root.get("failures")) > 0
assert all(c.get("classname") and c.get("name") for c in cases)
END
fi

# a recipe: what it does to the model is an improvement here, and part of what a baseline is of
run 0 "" $tiny --step 'prune-neurons fraction=0.5 by=magnitude' --against preset:bert-tiny --threshold 1000 --save "$tmp/half.json"
has "$tmp/out" 'recipe         prune-neurons'
has "$tmp/out" 'Feed-forward *MACs .* improved'
run 3 "" $tiny --baseline "$tmp/half.json"
has "$tmp/out" 'settings.recipe is "prune-neurons'

# several recipes: each is a set of rows of its own, and a baseline holds them all
mkdir "$tmp/again"
printf '# as it is\n' >"$tmp/plain.recipe"
printf 'prune-neurons fraction=0.5 by=magnitude\n' >"$tmp/half.recipe"
printf 'int8\n' >"$tmp/again/half.recipe"
run 0 "" $tiny --recipe "$tmp/plain.recipe" --recipe "$tmp/half.recipe" --save "$tmp/several.json"
run 0 "" preset:bert-tiny --budget 0.1 --recipe "$tmp/half.recipe" --recipe "$tmp/plain.recipe" --baseline "$tmp/several.json" \
    --threshold 1000 --junit "$tmp/j.xml" --markdown "$tmp/m.md"
has "$tmp/out" '^  half   *prune-neurons fraction=0.5'
has "$tmp/out" '^  plain:1x8  *Feed-forward'
has "$tmp/m.md" '^| half:1x8 | Total |'
has "$tmp/j.xml" '<testsuite name="bertscope check half:1x8" tests="28"'
run 0 "" $tiny --recipe "$tmp/plain.recipe" --recipe "$tmp/half.recipe" --against preset:bert-tiny --threshold 1000 --annotations
has "$tmp/out" '^::notice title=improved%3A preset%3Abert-tiny half%3A1x8::Feed-forward: MACs'
run 3 "" $tiny --recipe "$tmp/plain.recipe" --recipe "$tmp/again/half.recipe" --baseline "$tmp/several.json"
has "$tmp/out" 'incomparable: recipe half is "prune-neurons.*" in the baseline and "int8" here'
run 2 "bertscope: two recipes are called half, so their rows could not be told apart; rename a file" $tiny --recipe "$tmp/half.recipe" \
    --recipe "$tmp/again/half.recipe" --save "$tmp/x"

# 2: usage
run 2 "bertscope: a step of --step needs rows, which check does not read; ..." $tiny --step 'prune-heads fraction=0.5 by=gradient' --save "$tmp/x"
run 2 "bertscope: --save FILE, --baseline FILE or --against COMMAND|MODEL says what to do (see --help)" preset:bert-tiny
run 2 "bertscope: --baseline and --against are two ways to compare; give one of them" --baseline a --against b
run 2 "bertscope: --junit, --markdown, ..." --save x --junit y
run 2 "bertscope: --annotations and --json both go to standard output; give one of them a file with -o" --against demo \
    --annotations --json
run 2 "bertscope: a length of 513 tokens is outside the model's 1..512 positions" preset:bert-tiny --seq 513 --save "$tmp/x"
run 2 "bertscope: a length of 513 tokens is outside the model's 1..512 positions" preset:bert-tiny --seq 8,513 --save "$tmp/x"
run 2 "bertscope: batch 1 with 8 tokens is asked for twice" $tiny --batch 1,1 --save "$tmp/x"
run 2 "bertscope: --batch takes a whole number from 1 to 4096, not \"0\"" $tiny --batch 1,0 --save "$tmp/x"

# 3: no baseline, or one of something else
run 3 "bertscope: there is no baseline $tmp/none.json; --save $tmp/none.json writes one" --baseline "$tmp/none.json"
run 3 "" preset:bert-mini --baseline "$tmp/base.json" --junit "$tmp/j.xml" --annotations
has "$tmp/out" 'incomparable: model.layers is "2" in the baseline and "4" here'
has "$tmp/out" '^::error title=bertscope check%3A incomparable::model.layers'
has "$tmp/j.xml" '<error message="model.layers is &quot;2&quot;'
run 3 "" preset:bert-tiny --baseline "$tmp/base.json" --threads 2
has "$tmp/out" 'settings.threads is "1" in the baseline and "2" here'
run 3 "" $tiny --batch 3 --baseline "$tmp/base.json"
has "$tmp/out" 'the baseline has no batch of 3 x 8 tokens'
sed 's/"cpu":"[^"]*"/"cpu":"Other CPU"/' "$tmp/base.json" >"$tmp/other.json"
run 3 "" preset:bert-tiny --baseline "$tmp/other.json"
has "$tmp/out" 'incomparable: machine.cpu is "Other CPU" in the baseline'

# 4: too few rounds to say anything
sed -E 's/(\[(([0-9.]+),){4}[0-9.]+)[^]]*\]/\1]/g' "$tmp/base.json" >"$tmp/few.json"
run 4 "" preset:bert-tiny --budget 0.1 --baseline "$tmp/few.json" --strict
run 0 "" preset:bert-tiny --budget 0.1 --baseline "$tmp/few.json"
has "$tmp/out" 'inconclusive: '

# 5: bad input
head -c 500 "$tmp/base.json" >"$tmp/cut.json"
run 5 "bertscope: $tmp/cut.json: line 1: ..." --baseline "$tmp/cut.json"
run 5 "bertscope: there is no preset \"bert-huge\" (presets: bert-tiny, ..." preset:bert-huge --save "$tmp/x"
run 5 "bertscope: there is no preset \"bert-huge\" (presets: bert-tiny, ..." $tiny --against preset:bert-huge
run 5 "bertscope: echo does not run passes for bertscope check: its answer is no JSON" $tiny --against echo
run 5 "bertscope: true ended without an answer" $tiny --against true
run 5 "bertscope: /nonexistent/bertscope ended without an answer: No such file or directory" $tiny \
    --against /nonexistent/bertscope
run 5 "bertscope: $tmp/none/base.json cannot be written: No such file or directory" $tiny --save "$tmp/none/base.json"
printf 'total x\n' >"$tmp/limits"
run 5 "bertscope: $tmp/limits: line 1 is not \"ROW PERCENT\", with a number from 0 to 1000" $tiny --against demo \
    --thresholds "$tmp/limits"
[ ! -e "$tmp/x" ] || fail "a failed check left a baseline"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
