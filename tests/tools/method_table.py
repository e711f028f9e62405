#!/usr/bin/env python3
"""method_table.py [--only METHOD[,METHOD...]] BERTSCOPE MODEL [--data FILE --task NAME ...]: a Markdown table of every compression
method (or of these) at three strengths.

Runs `BERTSCOPE compress MODEL` for each step and prints what its JSON says: bytes, MACs, time in turns with the original, accuracy and
its paired difference. Everything after MODEL is passed on.
"""
import json
import subprocess
import sys

STEPS = [
    ["f16 layers=0", "f16 components=ffn", "f16"],
    ["bf16 layers=0", "bf16 components=ffn", "bf16"],
    ["int8 layers=0", "int8 components=ffn", "int8"],
    ["int8-static layers=0", "int8-static components=ffn", "int8-static"],
    ["int8-static calibrate=percentile", "int8-static calibrate=percentile percentile=99.9", "int8-static calibrate=kl"],
    ["int4 layers=0", "int4 components=ffn", "int4"],
    ["ternary layers=0", "ternary components=ffn", "ternary"],
    ["kmeans bits=6", "kmeans bits=4", "kmeans bits=2"],
    ["prune-heads fraction=0.125", "prune-heads fraction=0.25", "prune-heads fraction=0.5"],
    ["prune-heads fraction=0.5 iterations=4", "prune-heads fraction=0.5 iterations=8", "prune-heads fraction=0.5 by=magnitude"],
    ["prune-neurons fraction=0.25", "prune-neurons fraction=0.5", "prune-neurons fraction=0.75"],
    ["prune-layers layers=3", "prune-layers layers=1", "prune-layers count=2"],
    ["prune-elements fraction=0.5", "prune-elements fraction=0.8", "prune-elements fraction=0.9"],
    ["prune-elements fraction=0.5 by=wanda", "prune-elements by=wanda pattern=2:4", "prune-elements fraction=0.8 by=wanda"],
    ["low-rank fraction=0.25", "low-rank fraction=0.5", "low-rank fraction=0.75"],
    ["low-rank fraction=0.25 components=embedding", "low-rank fraction=0.5 components=embedding", "low-rank fraction=0.75 components=embedding"],
    ["share groups=3", "share groups=2", "share groups=2 from=mean"],
    ["prune-vocab min-count=1", "prune-vocab min-count=3", "prune-vocab min-count=10"],
    ["prune-heads fraction=0.5; refit", "prune-neurons fraction=0.5; refit", "prune-neurons fraction=0.75; refit"],
    ["search macs=0.8", "search macs=0.6", "search macs=0.4"],
]
# of pairs of texts; only where --only names it
STEPS_OF_PAIRS = [["decouple layers=0", "decouple layers=0-1", "decouple layers=0-2"]]


def run(program, model, steps, rest):
    words = [program, "compress", model, "--json", "--quiet"] + rest
    for step in steps.split("; "):
        words += ["--step", step]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr.strip()


def row(steps, found):
    if isinstance(found, str):
        return "| `%s` | %s | | | | |" % (steps, found.replace("bertscope: ", "").replace("|", "\\|"))
    trial = found["trial"]
    cost = {c["name"]: c["ratio"] for c in trial["costs"]}
    speed, paired = trial["time"]["speedup"], trial["paired"]
    points = "%+.2f [%+.2f %+.2f]" % tuple(100 * paired[k] for k in ("difference", "ci_low", "ci_high"))
    return "| `%s` | %.1f %% | %.1f %% | %.2f [%.2f %.2f] | %.2f %% | %s |" % (
        steps, 100 * cost["bytes"], 100 * cost["macs"], speed["median"], speed["ci_low"], speed["ci_high"],
        100 * trial["quality"]["metrics"][0]["value"], points)


def main(only, program, model, rest):
    print("| steps | bytes | MACs | speed-up [95 %] | accuracy | points against the original [95 %] |")
    print("| --- | --- | --- | --- | --- | --- |")
    for steps in (steps for group in STEPS + (STEPS_OF_PAIRS if "decouple" in only else []) for steps in group):
        if not only or steps.split()[0] in only:
            print(row(steps, run(program, model, steps, rest)), flush=True)


WORDS = sys.argv[1:]
ONLY = WORDS[1].split(",") if WORDS[0] == "--only" else []
WORDS = WORDS[2:] if ONLY else WORDS
main(ONLY, WORDS[0], WORDS[1], WORDS[2:])
