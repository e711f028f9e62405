#!/bin/sh
# The commands as a user or a script meets them: exit codes, one sentence on stderr, nothing on stdout after a failure.
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
    elif [ "$code" -ne 0 ] && [ -s "$tmp/out" ]; then
        fail "bertscope $* failed, but wrote to stdout"
    elif [ "$(wc -l <"$tmp/err")" -gt 1 ]; then
        fail "bertscope $* said more than one line"
    else
        passed=$((passed + 1))
    fi
}

# out TEXT: what the last run wrote has this in it.
out()
{
    if grep -q -- "$1" "$tmp/out"; then passed=$((passed + 1)); else fail "no '$1' in the output of the last run"; fi
}

# Usage
run 0 "" --help
out "profile"
run 0 "" --version
out "^bertscope [0-9]"
for command in open profile tokenize predict kernels doctor draw; do
    run 0 "" $command --help
    out "^usage: bertscope $command"
done
run 2 "bertscope: there is no option --speed (see --help)" profile --speed
run 2 "bertscope: --batch takes a whole number from 1 to 4096, not \"0\"" profile --batch 0
run 2 "bertscope: this command has no option --batch (see --help)" kernels --batch 2
run 2 "bertscope: profile has no use for \"b\" (see --help)" profile a b
run 2 "bertscope: usage: bertscope predict MODEL [TEXT...] (see --help)" predict
run 2 "bertscope: a length of 513 tokens is outside the model's 1..512 positions" profile preset:bert-tiny --seq 513
run 2 "bertscope: there is no screen \"nosuch\" (..." draw nosuch
BERTSCOPE_CPU=quantum run 2 "bertscope: BERTSCOPE_CPU=quantum is not a cap (..." kernels

# Bad input
run 5 "bertscope: /nonexistent/model: No such file or directory" profile /nonexistent/model
run 5 "bertscope: there is no preset \"bert-huge\" (presets: bert-tiny, ..." profile preset:bert-huge
run 5 "bertscope: $tmp has no config.json, so it is not a model directory" profile "$tmp"
mkdir "$tmp/m"
config() { printf '%s' "$1" >"$tmp/m/config.json"; }
config '{"model_type": "gpt2"}'
run 5 "bertscope: $tmp/m/config.json: model_type \"gpt2\" is not supported (..." profile "$tmp/m"
config '{"model_type": "bert", "hidden_size": 10, "num_hidden_layers": 1, "num_attention_heads": 3, "intermediate_size": 4}'
run 5 "bertscope: $tmp/m/config.json: 3 attention heads do not divide the hidden size 10" profile "$tmp/m"
config '{"model_type": "bert", "hidden_size": 99999999, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 4}'
run 5 "bertscope: $tmp/m/config.json: \"hidden_size\" is 99999999, outside 1..65536" profile "$tmp/m"
config '{"model_type": "bert", "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 4}'
run 5 "bertscope: $tmp/m holds no weights: ..." profile "$tmp/m"
weights() { printf "$1" >"$tmp/m/model.safetensors"; }
weights '\100\000\000\000\000\000\000\000{"x":'
run 5 "bertscope: $tmp/m/model.safetensors: the header claims 64 bytes, but only 5 follow: the file is cut off" profile "$tmp/m"
weights '\002\000\000\000\000\000\000\000{}'
run 5 "bertscope: $tmp/m: there is no tensor embeddings.word_embeddings.weight, which a bert model of 1 layers needs" profile "$tmp/m"
weights '\100\000\000\000\000\000\000\000{"\\u001b[31m":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}} 1234'
run 5 "bertscope: $tmp/m/model.safetensors: tensor \\x1b[31m has 4 bytes of data, but F32 [2] needs 8" profile "$tmp/m"
rm "$tmp/m/model.safetensors"
printf 'PK\003\004 not a zip' >"$tmp/m/pytorch_model.bin"
run 5 "bertscope: $tmp/m/pytorch_model.bin..." profile "$tmp/m"
run 5 "bertscope: preset:bert-tiny cannot be given texts: a preset has no vocabulary" tokenize preset:bert-tiny hello
run 5 "bertscope: preset:bert-tiny: random weights: ..." predict preset:bert-tiny hello
run 5 "bertscope: $tmp/none/x.json cannot be written: No such file or directory" kernels --json -o "$tmp/none/x.json"

# Results
run 0 "" profile preset:bert-tiny --seq 8 --budget 0.05 --json -o "$tmp/p.json"
if grep -q '"schema": "bertscope.profile/1"' "$tmp/p.json" && [ -z "$(ls "$tmp" | grep 'p.json\.')" ]; then
    passed=$((passed + 1))
else
    fail "profile -o wrote no whole file"
fi
run 0 "" kernels --json
out '"schema": "bertscope.kernels/1"'
run 0 "" kernels --bench --json
out '"ceiling_share": [0-9]'
run 0 "" kernels --bench
out '^ *linear_f32_scalar .*FLOP/s .*1.00'
run 0 "" doctor --json
out '"schema": "bertscope.doctor/1"'
run 0 "" draw overview preset:bert-tiny --size 80x24 --budget 0.05
out 'Feed-forward'
golden=${srcdir:-.}/tests/golden/bert
run 0 "" tokenize "$golden" "hello" --json
out '"schema": "bertscope.tokenize/1"'
run 0 "" predict "$golden" "hello" --json
out '"schema": "bertscope.predict/1"'

# Signals
"$bertscope" profile preset:bert-small --seq 512 --batch 16 --budget 60 >"$tmp/out" 2>"$tmp/err" &
pid=$!
sleep 1
kill -TERM $pid
wait $pid
code=$?
if [ $code -eq 130 ] && ! [ -s "$tmp/out" ]; then passed=$((passed + 1)); else fail "SIGTERM: exit $code"; fi

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
