#!/bin/sh
# bertscope compress from the outside: what it prints, what it writes, what it refuses.
bertscope=${BERTSCOPE:-./bertscope}
top=${srcdir:-.}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0
failed=0
fail() { echo "FAIL: $*"; failed=$((failed + 1)); }
pass() { passed=$((passed + 1)); }

# run EXIT TEXT WORDS...: exit status, and what the only line on stderr begins with ("" = nothing there).
run()
{
    want=$1
    text=$2
    shift 2
    "$bertscope" "$@" </dev/null >"$tmp/out" 2>"$tmp/err"
    code=$?
    if [ "$code" -ne "$want" ]; then
        fail "bertscope $*: exit $code, not $want: $(cat "$tmp/err")"
    elif [ -z "$text" ] && [ -s "$tmp/err" ]; then
        fail "bertscope $*: said: $(cat "$tmp/err")"
    elif [ -n "$text" ] && ! grep -qF -- "$text" "$tmp/err"; then
        fail "bertscope $*: said: $(cat "$tmp/err")"
    else
        pass
    fi
}
out() { if grep -q -- "$1" "$tmp/out"; then pass; else fail "no '$1' in the output of the last run"; fi; }
accuracy() { grep -A2 '"name": "accuracy"' "$1" | grep '"value"' | tail -1 | tr -cd '0-9.'; }

# Usage and bad recipes
run 2 "what is to be done is missing: --recipe FILE" compress demo
run 2 "a step of --step needs rows: --data FILE is missing" compress preset:bert-tiny --step "prune-heads fraction=0.5"
run 5 '--step "int9": there is no method "int9"; there are' compress demo --step int9
printf 'int8\n\nprune-heads heads=0.0-7 # all\n' >"$tmp/recipe"
run 5 "$tmp/recipe: line 3: prune-heads: layer 0 would lose all of its 8 heads" compress demo --recipe "$tmp/recipe"
run 5 "/nonexistent/recipe: No such file or directory" compress demo --recipe /nonexistent/recipe
run 2 "--export needs -o DIRECTORY" compress demo --step int8 --export dense
run 2 'a model can be exported as dense or compact, not as "onnx"' compress demo --step int8 --export onnx -o "$tmp/x"
mkdir "$tmp/mine"
touch "$tmp/mine/letter"
run 5 "$tmp/mine" compress demo --step int8 --budget 0 -o "$tmp/mine"
[ -f "$tmp/mine/letter" ] && pass || fail "a directory of the user was replaced"
run 0 "" compress --methods
out "prune-neurons"
run 0 "" compress demo --step 'kmeans components=embedding,ffn' --budget 0.05
out "1  kmeans  size only"
out "1  kmeans  embeddings are sensitive"
run 0 "" compress demo --step 'prune-elements pattern=2:4' --budget 0.05
out "1  prune-elements  size only: the sparse kernel is for 75 % of zeros and more"
run 0 "" compress demo --step 'prune-elements fraction=0.9' --budget 0.05
if grep -q 'size only' "$tmp/out"; then fail "a sparse matrix is said to gain nothing"; else pass; fi
run 5 '--step "prune-elements kernel=fast": kernel must be auto or dense or sparse, not "fast"' compress demo --step 'prune-elements kernel=fast'
run 2 "a step of --step needs rows: --data FILE is missing" compress preset:bert-tiny --step int8-static
run 2 "percentile= belongs to calibrate=percentile, not to calibrate=minmax" compress demo --rows 20 --budget 0 --step 'int8-static percentile=99'
run 0 "" compress demo --step 'prune-heads heads=0.1' --budget 0.05 --json
if grep -q '"warning"' "$tmp/out"; then fail "a step warns that has no reason to"; else pass; fi

# A recipe costs and gives the same in the trial and in the exported model
printf '# four heads, a layer, and integers\nprune-heads heads=0.1,0.2,3.0-1\nprune-layers layers=1\nint8 components=ffn\n' >"$tmp/recipe"
run 0 "" compress demo --rows 200 --budget 0.05 --recipe "$tmp/recipe" --json -o "$tmp/compact"
out '"schema": "bertscope.compress/1"'
out '"speedup_by_macs": [0-9]'
out '"ceiling": [0-9]'
out '"form": "compact"'
cp "$tmp/out" "$tmp/trial.json"
run 0 "" eval "$tmp/compact" --data demo:dev --rows 200 --json
if [ -n "$(accuracy "$tmp/out")" ] && [ "$(accuracy "$tmp/out")" = "$(accuracy "$tmp/trial.json")" ]; then pass; else
    fail "the exported model has another accuracy: $(accuracy "$tmp/out") and $(accuracy "$tmp/trial.json")"
fi
run 0 "" eval demo --data demo:dev --rows 200 --recipe "$tmp/recipe" --json
if [ "$(accuracy "$tmp/trial.json")" = "$(grep -A2 '"name": "accuracy"' "$tmp/out" | grep '"value"' | head -1 | tr -cd '0-9.')" ]; then pass; else
    fail "eval with a recipe has another accuracy than compress"
fi
out '"paired": {'
run 0 "" compress demo --rows 100 --budget 0.05 --step 'int8-static layers=0-1,3 components=ffn calibrate=percentile rows=16' --json -o "$tmp/static"
cp "$tmp/out" "$tmp/static.json"
run 0 "" eval "$tmp/static" --data demo:dev --rows 100 --json
if [ -n "$(accuracy "$tmp/out")" ] && [ "$(accuracy "$tmp/out")" = "$(accuracy "$tmp/static.json")" ]; then pass; else
    fail "the exported model with fixed ranges has another accuracy: $(accuracy "$tmp/out") and $(accuracy "$tmp/static.json")"
fi
if [ "$(grep -c '"input_range"' "$tmp/static/config.json")" -eq 6 ]; then pass; else fail "config.json does not say six ranges"; fi
bytes=$(wc -c <"$tmp/compact/model.safetensors")
if grep -q "\"bytes\": $bytes" "$tmp/trial.json"; then pass; else fail "the reported size is not that of the file, $bytes"; fi
run 0 "" profile "$tmp/compact" --seq 16 --budget 0.05
out "3 layers"
run 2 "what may be left is missing" search demo
run 2 "a budget is macs=, latency= or size=" search demo --budget 5
run 2 "search needs rows" search preset:bert-tiny --budget macs=0.5
run 5 "not even one head and one neuron" search demo --rows 20 --budget macs=0.001 --measure 0
run 0 "" search demo --rows 60 --budget macs=0.5 --budget size=0.7 --budget latency=0.7 --measure 0.1 --json
for key in schema trials frontier best one_shot budget recipe macs_share bytes_share predicted measured difference agreement closer; do
    out "\"$key\": "
done
out '"recipe": "search macs=0.5"'
out '"recipe": "search heads=[0-9,]* neurons=[0-9,]*"'
run 0 "" search demo --rows 40 --budget macs=0.5 --measure 0
out "Against one-shot magnitude pruning"
run 0 "" compress demo --rows 40 --budget 0 --step "search heads=4,3,2,1 neurons=100,200,300,400 tune=10" --json
out '"speedup_by_macs": [0-9]'
run 2 "--sensitivity takes one step" compress demo --sensitivity "# nothing"
run 5 "--sensitivity: line 1: there is no method" compress demo --sensitivity int9
run 2 "--sensitivity needs rows" compress preset:bert-tiny --sensitivity int8
run 0 "" compress demo --rows 50 --budget 0 --sensitivity "int8 layers=0-1" --fallback 100 --json
for key in sensitivity cells fallback trial left_out ns_saved bytes_saved lost worth; do
    out "\"$key\": "
done
out '"recipe": "int8 layers=0-1 components=before,after,ffn\\n"'
run 0 "" compress demo --rows 50 --budget 0 --sensitivity "prune-layers"
out 'points lost'
run 0 "" compress preset:bert-tiny --budget 0 --step "prune-layers count=1" --json
out '"speedup_by_macs": [0-9]'
out '"speedup": null'

# Compact files are not trusted
for change in 's/"number": 2/"number": 0/' 's/"neurons": 512/"neurons": 513/' 's/"stored": "int8"/"stored": "int3"/' 's/"version": 1/"version": 2/' \
    's/"shape": \[/"shape": [1,/' 's/"heads": \[/"heads": [7,/' 's/"layers": \[/"layers": [{},/'; do
    cp -r "$tmp/compact" "$tmp/broken"
    tr -d '\n' <"$tmp/compact/config.json" | sed "$change" >"$tmp/broken/config.json"
    run 5 "\"bertscope\"" profile "$tmp/broken" --seq 16 --budget 0.05
    rm -r "$tmp/broken"
done
cp -r "$tmp/compact" "$tmp/broken"
sed 's/512,/256,/' "$tmp/compact/config.json" >"$tmp/broken/config.json"
run 5 "$tmp/broken" profile "$tmp/broken" --seq 16 --budget 0.05

# A smaller vocabulary goes with the model: the exported one reads the same tokens as the trial did
run 2 "a step of --step needs rows: --data FILE is missing" compress preset:bert-tiny --step prune-vocab
run 0 "" compress demo --rows 100 --budget 0 --step "prune-vocab min-count=8" --export dense -o "$tmp/words" --json
cp "$tmp/out" "$tmp/trial.json"
run 0 "" eval "$tmp/words" --data demo:dev --rows 100 --json
if [ -n "$(accuracy "$tmp/out")" ] && [ "$(accuracy "$tmp/out")" = "$(accuracy "$tmp/trial.json")" ]; then pass; else
    fail "the model with fewer tokens has another accuracy: $(accuracy "$tmp/out") and $(accuracy "$tmp/trial.json")"
fi
lines=$(wc -l <"$tmp/words/vocab.txt")
if [ "$lines" -lt 1000 ] && grep -q "\"vocab_size\": $lines\$" "$tmp/words/config.json"; then pass; else fail "vocab.txt has $lines lines"; fi

# The dense form is for others
run 0 "" compress demo --rows 50 --budget 0 --recipe "$tmp/recipe" --export dense -o "$tmp/dense"
out "dense"
python=
for candidate in python3 /usr/bin/python3; do
    [ -n "$python" ] || { "$candidate" -c 'import numpy' 2>/dev/null && python=$candidate; }
done
if [ -n "$python" ]; then
    printf 'the food was not good\nnobody said that the room was bad\n' >"$tmp/text"
    "$bertscope" predict "$tmp/dense" --data "$tmp/text" --json >"$tmp/logits.json" &&
        "$bertscope" tokenize "$tmp/dense" --data "$tmp/text" --json | "$python" "$top/tests/tools/check_dense.py" "$tmp/dense" "$tmp/logits.json" &&
        pass || fail "an independent reader has other logits"
else
    echo "skipped: python3 has no numpy, so no independent reader opens the dense export"
fi

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
