#!/bin/sh
# `train` as a user meets it: bad input, results that other programs read, and kills.
bertscope=${BERTSCOPE:-./bertscope}
top=${srcdir:-.}
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0

pass() { passed=$((passed + 1)); }

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
    "$bertscope" train "$@" </dev/null >"$tmp/stdout" 2>"$tmp/stderr"
    got=$?
    said=$(cat "$tmp/stderr")
    case $sentence in
    *...) case $said in "${sentence%...}"*) same=yes ;; *) same=no ;; esac ;;
    *) [ "$said" = "$sentence" ] && same=yes || same=no ;;
    esac
    if [ $got -ne "$code" ]; then
        fail "exit $got instead of $code: train $* ($said)"
    elif [ $same = no ]; then
        fail "train $* said: $said"
    elif [ "$code" -ne 0 ] && { [ -s "$tmp/stdout" ] || [ -e "$tmp/none" ]; }; then
        fail "train $* failed, but left something"
    else
        pass
    fi
}

out()
{
    if grep -q -- "$1" "$tmp/stdout"; then pass; else fail "no '$1' in the output of the last run"; fi
}

golden=$top/tests/golden/bert
data=$tmp/train.tsv
i=0
while [ $i -lt 40 ]; do
    printf 'low\tthe model is small %d\nmiddle\tit is not , and the head is fast\nhigh\ta good layer %d\n' $i $i
    i=$((i + 1))
done >"$data"

# Usage
run 2 "bertscope: usage: bertscope train MODEL (see --help)"
run 2 "bertscope: --data FILE is needed: ..." "$golden" -o "$tmp/none"
run 2 "bertscope: -o DIRECTORY is needed: where the trained model goes" "$golden" --data "$data" --task plain
run 2 "bertscope: give --steps or --epochs, not both" "$golden" --data "$data" --task plain -o "$tmp/none" --steps 1 --epochs 1
run 2 "bertscope: --patience needs --dev: ..." "$golden" --data "$data" --task plain -o "$tmp/none" --patience 2
run 2 "bertscope: training computes in f32 or bf16, not in int8" "$golden" --data "$data" --task plain -o "$tmp/none" --format int8
run 2 "bertscope: --dtype is f32, f16 or bf16, not \"int8\"" "$golden" --data "$data" --task plain -o "$tmp/none" --dtype int8
run 2 "bertscope: --dropout takes a number from 0 to 0.9, not \"1\"" "$golden" --data "$data" --task plain -o "$tmp/none" --dropout 1
run 2 "bertscope: $golden has a shape of its own; ..." "$golden" --data "$data" --task plain -o "$tmp/none" --layers 3
run 2 "bertscope: $golden has a vocabulary of its own; ..." "$golden" --data "$data" --task plain -o "$tmp/none" --vocab "$golden/vocab.txt"
run 2 "bertscope: --vocab names a vocabulary that is there; --vocab-from and --vocab-size make one" preset:bert-tiny --data "$data" --task plain -o "$tmp/none" --vocab "$golden/vocab.txt" --vocab-size 99
run 2 "bertscope: --seq 41 is outside 3 to 40, the positions of the model" "$golden" --data "$data" --task plain -o "$tmp/none" --seq 41

# Bad input
bad=$tmp/bad.tsv
# bad_rows SENTENCE TASK BYTES: as training rows, and as development rows
bad_rows()
{
    printf "$3" >"$bad"
    run 5 "bertscope: $1" "$golden" --data "$bad" --task "$2" -o "$tmp/none"
}
bad_rows "$bad: line 2: the line is empty" plain 'low\ta\n\n'
bad_rows "$bad: line 2: 3 columns, but 2 in the lines before" plain 'low\ta\nlow\ta\tb\n'
bad_rows "$bad: line 2: \"2\" is no label of the task sst2 (0, 1)" sst2 'sentence\tlabel\na\t2\n'
bad_rows "$bad: line 1: files of the task sst2 begin with a line that names the columns, among them sentence and label: this looks like a file of the task qnli" sst2 'index\tquestion\tsentence\tlabel\n'
bad_rows "$bad: the task lines has no labels, and training needs them" lines 'a\n'
printf 'low\ta\nfair\tb\n' >"$bad"
run 5 "bertscope: which output of the model is which class? It names them low, middle, high, but $bad has fair, low" "$golden" --data "$data" --dev "$bad" --task plain -o "$tmp/none"
run 5 "bertscope: /nonexistent: No such file or directory" /nonexistent --data "$data" --task plain -o "$tmp/none"
run 5 "bertscope: there is no preset \"bert-huge\" (..." preset:bert-huge --data "$data" --task plain -o "$tmp/none"
run 5 "bertscope: preset:bert-tiny: 3 attention heads do not divide the hidden size 128" preset:bert-tiny --heads 3 --data "$data" --task plain -o "$tmp/none"
run 5 "bertscope: $data: vocab.txt has no entry [UNK], which is the unk_token" preset:bert-tiny --vocab "$data" --data "$data" --task plain -o "$tmp/none"
run 5 "bertscope: $tmp/none/a cannot be made: No such file or directory" "$golden" --data "$data" --task plain -o "$tmp/none/a"
mkdir "$tmp/mine"
echo mine >"$tmp/mine/notes"
run 5 "bertscope: $tmp/mine would be replaced, but it holds notes, which would be lost; choose another directory" "$golden" --data "$data" --task plain -o "$tmp/mine"

# A training that fails leaves no directory, a model that is no number says so
mkdir "$tmp/nan"
cp "$golden"/* "$tmp/nan"
size=$(wc -c <"$tmp/nan/model.safetensors")
chmod u+w "$tmp/nan/model.safetensors"
printf '\377\377\377\377' | dd of="$tmp/nan/model.safetensors" bs=1 seek=$((size - 4)) conv=notrunc 2>/dev/null
run 5 "bertscope: the loss or its gradient is no finite number in step 1; ..." "$tmp/nan" --data "$data" --task plain --threads 1 -o "$tmp/none"

# A result for other programs: with a rate of 0 the parameters are those that were there
python=$(command -v python3 || command -v /usr/bin/python3)
[ -n "$python" ] || echo "skipped: python3 is not there to read what was saved"
for dtype in f32 f16 bf16; do
    run 0 "" "$golden" --data "$data" --task plain --lr 0 --steps 1 --threads 1 --dtype $dtype -o "$tmp/same"
    [ -z "$python" ] || {
        name=$(echo $dtype | tr a-z A-Z)
        if "$python" "$top/tests/tools/check_saved.py" "$tmp/same" "$golden" $name; then pass; else fail "$dtype is not what it should be"; fi
    }
done
printf 'low\tthe model the model the model the model\n' >"$bad"
run 0 "" "$golden" --data "$data" --dev "$bad" --task plain --lr 0 --steps 2 --threads 1 --seq 6 --json -o "$tmp/same"
out '"schema": "bertscope.train/1"'
out '"truncated": 1,'
out '"steps": 2,'

# A small model from nothing learns its rows, and is a model like any other
run 0 "" preset:bert-tiny --layers 1 --hidden 32 --heads 2 --positions 16 --data "$data" --dev "$data" --task plain --lr 2e-3 --epochs 20 --batch-rows 8 --threads 1 -o "$tmp/small"
out '  value          1.0000'
if grep -q "\"vocab_size\": $(wc -l <"$tmp/small/vocab.txt")\$" "$tmp/small/config.json"; then pass; else fail "the vocabulary has another size"; fi
"$bertscope" eval "$tmp/small" --data "$data" --task plain >"$tmp/stdout" 2>&1
out 'Accuracy  1.0000'
"$bertscope" predict "$tmp/small" 'a good layer' >"$tmp/stdout" 2>&1
out '^  high '
"$bertscope" profile "$tmp/small" --seq 8 --budget 0.05 >"$tmp/stdout" 2>&1
out 'Feed-forward'
run 5 "bertscope: $tmp/small holds a finished model and no checkpoint: there is nothing to resume" "$golden" --data "$data" --task plain -o "$tmp/small" --resume

# Pretraining on lines, of which fine-tuning takes the encoder
lines=$tmp/lines.txt
cut -f 2 "$data" >"$lines"
echo >>"$lines"
printf '\n \n' >"$bad"
run 5 "bertscope: $bad holds no line with words to be masked" "$golden" --data "$bad" --task masked -o "$tmp/none"
run 0 "" preset:bert-tiny --layers 1 --hidden 32 --heads 2 --positions 16 --data "$lines" --dev "$lines" --task masked --lr 2e-3 --epochs 10 --batch-rows 8 --threads 1 -o "$tmp/masked"
out '  left out       1'
out '  metric         masked accuracy'
out '  perplexity     '
if grep -q '"BertForMaskedLM"' "$tmp/masked/config.json"; then pass; else fail "no BertForMaskedLM"; fi
run 0 "" "$tmp/masked" --data "$lines" --task masked --lr 0 --steps 1 --threads 1 -o "$tmp/again"
if cmp "$tmp/masked/model.safetensors" "$tmp/again/model.safetensors"; then pass; else fail "pretraining does not go on with its head"; fi
run 0 "" "$tmp/masked" --data "$data" --dev "$data" --task plain --steps 3 --threads 1 -o "$tmp/tuned"
"$bertscope" predict "$tmp/tuned" 'a good layer' >"$tmp/stdout" 2>&1
out 'high'

# Killed twice, the result is that of a training which was left alone
train()
{
    exec "$bertscope" train preset:bert-tiny --layers 1 --hidden 32 --positions 16 --data "$data" --dev "$data" --task plain \
        --steps 150 --batch-rows 8 --checkpoint 0 --threads 1 "$@" </dev/null
}
train_all() { (train "$@" >"$tmp/stdout" 2>"$tmp/stderr"); }
# kill_once ARGUMENT...: kills a training as soon as it has written a checkpoint that was not there before
kill_once()
{
    file=$tmp/killed/training.checkpoint
    cp "$file" "$tmp/before" 2>/dev/null
    (train -o "$tmp/killed" "$@" >/dev/null 2>&1) &
    pid=$!
    while kill -0 $pid 2>/dev/null && { [ ! -e "$file" ] || cmp -s "$tmp/before" "$file"; }; do
        sleep 0.01
    done
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    code=$?
    if [ $code -eq 137 ] && [ ! -e "$tmp/killed/config.json" ]; then pass; else fail "the training could not be killed: exit $code"; fi
}
if train_all -o "$tmp/alone"; then pass; else fail "train: $(cat "$tmp/stderr")"; fi
kill_once
run 5 "bertscope: $tmp/killed/training.checkpoint is the checkpoint of a training that did not end: add --resume to go on, or remove it" preset:bert-tiny --positions 16 --data "$data" --task plain -o "$tmp/killed"
run 5 "bertscope: $tmp/killed/training.checkpoint is the checkpoint of another training: its ..." preset:bert-tiny --positions 16 --data "$data" --task plain -o "$tmp/killed" --resume
kill_once --resume
if train_all -o "$tmp/killed" --resume; then pass; else fail "train --resume: $(cat "$tmp/stderr")"; fi
out 'resumed after'
for file in model.safetensors config.json vocab.txt tokenizer_config.json; do
    if cmp "$tmp/alone/$file" "$tmp/killed/$file"; then pass; else fail "$file is not that of a training left alone"; fi
done
if [ "$(ls "$tmp/killed")" = "$(ls "$tmp/alone")" ]; then pass; else fail "a checkpoint is left"; fi

# Interrupted, it says how to go on
"$bertscope" train preset:bert-tiny --positions 16 --data "$data" --task plain --steps 100000 --checkpoint 0 --threads 1 -o "$tmp/stopped" </dev/null >"$tmp/stdout" 2>"$tmp/stderr" &
pid=$!
while kill -0 $pid 2>/dev/null && [ ! -e "$tmp/stopped/training.checkpoint" ]; do sleep 0.02; done
kill -TERM $pid
wait $pid
code=$?
said=$(cat "$tmp/stderr")
case $code:$said in
130:"bertscope: stopped after step "*" of 100000; the same command with --resume goes on from there") pass ;;
*) fail "SIGTERM: exit $code, $said" ;;
esac

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
