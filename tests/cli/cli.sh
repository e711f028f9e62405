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
for command in open profile tokenize predict eval heads train compress search report check history kernels doctor draw completion; do
    run 0 "" $command --help
    out "^usage: bertscope $command"
done
run 2 "bertscope: there is no option --speed (see --help)" profile --speed
run 2 "bertscope: --batch takes a whole number from 1 to 4096, not \"0\"" profile --batch 0
run 2 "bertscope: profile takes one number as --batch" profile --batch 1,4
run 2 "bertscope: this command has no option --batch (see --help)" kernels --batch 2
run 2 "bertscope: profile has no use for \"b\" (see --help)" profile a b
run 2 "bertscope: usage: bertscope predict MODEL [TEXT...] (see --help)" predict
run 2 "bertscope: --rate takes a whole number from 1 to 10000, not \"0\"" profile --rate 0
run 2 "bertscope: a length of 513 tokens is outside the model's 1..512 positions" profile preset:bert-tiny --seq 513
run 2 "bertscope: there is no screen \"nosuch\" (..." draw nosuch
BERTSCOPE_CPU=quantum run 2 "bertscope: BERTSCOPE_CPU=quantum is not a cap (..." kernels

# The report
run 2 "bertscope: where shall the report go? -o report.html, ..." report preset:bert-tiny
run 0 "" report preset:bert-tiny --budget 0.05 --csv - --markdown "$tmp/r.md" -o "$tmp/r.html"
out "^steps,0,macs,0"
grep -q '^# preset&#58;bert&#45;tiny$' "$tmp/r.md" || fail "no headline in the Markdown of a report"
grep -q '<h1>preset:bert-tiny</h1>' "$tmp/r.html" || fail "no headline in the HTML of a report"
run 0 "" report --from-report "$tmp/r.html" --json
out '"schema": "bertscope.report/1"'
run 0 "" draw layers --from-report "$tmp/r.html"
out "layer 1"
printf '# as it is\n' >"$tmp/plain.recipe"
printf 'int8\n' >"$tmp/int8.recipe"
run 0 "" report preset:bert-tiny --seq 8 --budget 0.05 --recipe "$tmp/plain.recipe" --recipe "$tmp/int8.recipe" --json
out '"frontier_bytes"'
run 2 "bertscope: --sensitivity needs rows: --data FILE is missing" report preset:bert-tiny --seq 8 --budget 0.05 --sensitivity int8 --json
run 2 "bertscope: --sensitivity takes one step, not \"# none\"" report preset:bert-tiny --sensitivity '# none' --json
run 2 "bertscope: --recipe is given 2 times; only report and check take several" compress demo --recipe "$tmp/plain.recipe" --recipe "$tmp/int8.recipe"
run 2 "bertscope: --from-report shows what $tmp/r.html says; demo has no use then" report demo --from-report "$tmp/r.html" --json
head -c 30000 "$tmp/r.html" >"$tmp/cut.html"
run 5 "bertscope: $tmp/cut.html is not a report: neither JSON nor a page of ..." open --from-report "$tmp/cut.html"
sed 's/"cores":/"cores":-/' "$tmp/r.html" >"$tmp/bad.html"
run 5 "bertscope: $tmp/bad.html: machine.cores is not a whole number from 1 to 1048576" draw overview --from-report "$tmp/bad.html"
run 5 "bertscope: /nonexistent/r.html: No such file or directory" --from-report /nonexistent/r.html
rm "$tmp/r.html"
run 5 "bertscope: /nonexistent/model: No such file or directory" report /nonexistent/model -o "$tmp/r.html"
[ ! -e "$tmp/r.html" ] || fail "a report that failed left a file"

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

# Labelled data
golden=${srcdir:-.}/tests/golden/bert
data=$tmp/data.tsv
# eval_of CODE SENTENCE TASK BYTES: the golden model (low, middle, high) on these bytes
eval_of()
{
    printf "$4" >"$data"
    run "$1" "$2" eval "$golden" --data "$data" --task "$3"
}
eval_of 5 "bertscope: $data holds no row" plain ''
eval_of 5 "bertscope: $data: line 2: 1 column, but 2 in the lines before" plain 'low\ta\nlow\n'
eval_of 5 "bertscope: $data: line 2: 3 columns, but 2 in the lines before" plain 'low\ta\nhigh\ta\tb\n'
eval_of 5 "bertscope: $data: line 1: the line is empty" plain '\nlow\ta\n'
eval_of 5 "bertscope: $data: line 1: the text is empty (files of this task have no header)" plain 'low\t \n'
eval_of 5 "bertscope: $data: line 2: the label is empty" plain 'low\ta\n\tb\n'
eval_of 5 "bertscope: $data: line 2 holds a NUL byte, so this is no text in UTF-8" plain 'low\ta\nhi\000gh\tb\n'
eval_of 5 "bertscope: which output of the model is which class? It names them low, middle, high, but $data has fair, low" plain 'low\ta\nfair\tb\n'
eval_of 5 "bertscope: $data has 4 classes, but the model has 3 outputs" plain '0\ta\n3\tb\n'
eval_of 5 "bertscope: $data: line 2: \"5.5\" is no label of the task sst2 (0, 1)" sst2 'sentence\tlabel\na\t5.5\n'
eval_of 5 "bertscope: $data: line 2: the label is -1: test sets come without labels" sst2 'sentence\tlabel\na\t-1\n'
eval_of 5 "bertscope: $data: line 1: there is no column label: test sets come without labels" sst2 'index\tsentence\n0\ta\n'
eval_of 5 "bertscope: $data: line 1: files of the task sst2 begin with a line that names the columns, among them sentence and label" sst2 'a\t1\n'
eval_of 5 "bertscope: $data: line 1: files of the task sst2 begin with a line that names the columns, among them sentence and label: this looks like a file of the task qnli" sst2 'index\tquestion\tsentence\tlabel\n'
eval_of 5 "bertscope: $data: line 1: \"label\" is no label of the task cola (0, 1) (files of this task have no header)" cola 'source\tlabel\tmark\tsentence\n'
eval_of 5 "bertscope: $data: line 1: a quote is not closed, or is followed by more than the end of the field" stsb-csv '"a,b,1\n'
eval_of 5 "bertscope: $data: line 2: \"nan\" is no number" stsb-csv 'a,b,1\na,b,nan\n'
eval_of 5 "bertscope: $data: line 2: 7 is outside 0 to 5, the values of the task stsb-csv" stsb-csv 'a,b,1\na,b,7\n'
eval_of 5 "bertscope: the task stsb-csv asks for one number, but the model has 3 outputs" stsb-csv 'a,b,1\n'
eval_of 5 "bertscope: $data has 2 classes, but the model has 3 outputs" sst2 'sentence\tlabel\na\t1\n'
eval_of 5 "bertscope: $data: the task lines has no labels, and a metric needs them" lines 'a\n'
eval_of 2 "bertscope: there is no task \"sst3\" (tasks: sst2, cola, ..." sst3 'a\n'
run 2 "bertscope: $data: the first line does not tell which task this is; name one of sst2, cola, ..." eval "$golden" --data "$data"
run 2 "bertscope: --data FILE is needed: ..." eval "$golden"
run 2 "bertscope: --seq 41 is outside 3 to 40, the positions of the model" eval "$golden" --data "$data" --seq 41
run 2 "bertscope: --rows takes a whole number from 1 to ..." eval "$golden" --data "$data" --rows 0
run 5 "bertscope: /nonexistent/d.tsv: No such file or directory" eval "$golden" --data /nonexistent/d.tsv --task plain
run 5 "bertscope: preset:bert-tiny: random weights: ..." eval preset:bert-tiny --data "$data" --task plain
eval_of 0 "" plain 'low\tthe model is small\nhigh\tit is not\r\nlow\tbad \377 byte'
out 'Accuracy'
run 0 "" eval "$golden" --data "$data" --task plain --rows 2 --seq 5 --json
out '"schema": "bertscope.eval/1"'
out '"rows": 2,'
out '"truncated": 1,'
out '"labels_matched_by": "name"'
run 0 "" eval demo --rows 20 --json
out '"data": "demo:dev"'
out '"task": "demo"'
out '"rows": 20,'
run 0 "" tokenize demo --data demo:test --json
run 2 "bertscope: there is no data demo:all: the built-in data are demo:train, demo:dev and demo:test" eval demo --data demo:all
run 2 "bertscope: demo:dev is data of the task demo, not of sst2" eval "$golden" --data demo:dev --task sst2
run 2 "bertscope: --data FILE is needed: ..." eval ./demo
if printf '1\tit is\n' | "$bertscope" eval "$golden" --data - --task plain --json >"$tmp/out" 2>"$tmp/err"; then passed=$((passed + 1)); else fail "eval of standard input"; fi
out '"data": "standard input"'
out '"labels_matched_by": "number"'

# Heads
printf 'low\tthe model is small\nhigh\tit is not\nmiddle\tand this\nlow\tthat\n' >"$data"
run 2 "bertscope: --data FILE is needed: ..." heads "$golden"
run 2 "bertscope: there is no mode \"best\" (modes: gradient, removed, kept, all)" heads "$golden" --data "$data" --mode best
run 5 "bertscope: preset:bert-tiny: random weights: ..." heads preset:bert-tiny --data "$data" --task plain
run 0 "" heads "$golden" --data "$data" --task plain --mode all --curve --normalize
out '^Importance: mean .*l2 norm of each layer 1'
out '^Agreement of the orders'
out '8 heads can go'
run 0 "" heads "$golden" --data "$data" --task plain --mode removed --curve --json
for key in schema mode rows seconds scores ci_low ci_high order agreement curve removable; do
    out "\"$key\": "
done
out '"schema": "bertscope.heads/1"'
out '"mode": "removed"'
run 0 "" draw heads "$golden" --data "$data" --task plain --budget 0.05 --size 120x40
out '4 rows of data.tsv, labels'
run 0 "" draw examples "$golden" --data "$data" --task plain --budget 0.05 --size 120x40 --step 'prune-heads heads=0.0'
out '^ Trial 1 against the original, rows of '
out 'all 4'
printf 'the model is small\nit is not\n' >"$data"
run 0 "" heads "$golden" --data "$data" --task lines
out 'own predictions'
run 5 "bertscope: $data has no labels: ..." heads "$golden" --data "$data" --task lines --mode kept

# Completion
run 2 'bertscope: there is completion for bash, zsh and fish, not for "csh"' completion csh
for shell in bash zsh fish; do
    run 0 "" completion $shell
    out "profile"
    command -v $shell >/dev/null || continue
    if $shell -n "$tmp/out"; then passed=$((passed + 1)); else fail "the script for $shell is none"; fi
done
if command -v bash >/dev/null; then
    "$bertscope" completion bash >"$tmp/completion"
    given=$(bash -c '. "$1"; COMP_WORDS=(bertscope profile --forma); COMP_CWORD=2; _bertscope; echo "${COMPREPLY[@]}"' - "$tmp/completion")
    if [ "$given" = "--format" ]; then passed=$((passed + 1)); else fail "bash completes --forma to '$given'"; fi
fi

# Samples, where this program has libunwind
if "$bertscope" profile preset:bert-tiny --budget 0.05 --samples -q >/dev/null 2>&1; then
    run 0 "" profile preset:bert-mini --budget 1 --flame "$tmp/flame.svg" --folded "$tmp/folded" --json
    out '"stacks": *\['
    grep -q '^Feed-forward;.* [0-9]*$' "$tmp/folded" && grep -q '</svg>' "$tmp/flame.svg" || fail "no stacks in the files of profile --flame --folded"
    run 5 "bertscope: $tmp/none/f.svg cannot be written: No such file or directory" profile preset:bert-tiny --budget 0.05 --flame "$tmp/none/f.svg"
else
    run 5 "bertscope: there are no samples: this program was built without libunwind" profile preset:bert-tiny --budget 0.05 --samples
fi

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
out '^ *128 x 3072 x 768 .*linear_sparse_.* 90.0% '
out 'Zeros from which leaving them out is faster'
run 0 "" doctor --json
out '"schema": "bertscope.doctor/1"'
# had, or missing and wanted by the rows that were built
"$bertscope" kernels --json | grep -q linear_int8_amx && run 0 "" doctor && out amx_int8
run 0 "" draw overview preset:bert-tiny --size 80x24 --budget 0.05
out 'Feed-forward'
run 0 "" tokenize "$golden" "hello" --json
out '"schema": "bertscope.tokenize/1"'
run 0 "" predict "$golden" "hello" --json
out '"schema": "bertscope.predict/1"'

# How long a thread waits awake is the program's choice, unless the environment made one
spins()
{
    env -u OMP_WAIT_POLICY -u GOMP_SPINCOUNT "$@" OMP_DISPLAY_ENV=verbose "$bertscope" --version 2>&1 |
        sed -n "s/.*GOMP_SPINCOUNT = '\(.*\)'/\1/p" | tail -n 1
}
if [ -n "$(spins GOMP_SPINCOUNT=7)" ]; then
    [ "$(spins GOMP_SPINCOUNT=7)" = 7 ] && passed=$((passed + 1)) || fail "GOMP_SPINCOUNT of the environment is ignored"
    [ "$(spins)" = 2000 ] && passed=$((passed + 1)) || fail "threads spin $(spins) times"
fi

# Not possible here
run 6 "bertscope: standard input is no terminal; ..." open demo

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
