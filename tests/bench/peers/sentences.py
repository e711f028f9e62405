#!/usr/bin/env python3
"""Sentences a second on a real data set: ours packs the rows of a batch without padding, ONNX Runtime pads them to the longest.

Both have the same random weights, the same tokens (of our tokenizer) and the same batches, in the order of the file. They
take turns batch by batch, and the first of the two alternates; one batch beforehand is left out. Answers are compared: with
random weights the labels mean nothing, but a wrong mask or a lost row would show."""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

import peers

LABELS = 2


def options():
    p = argparse.ArgumentParser(description="sentences a second, ours packed and ONNX Runtime padded")
    p.add_argument("--build", default=".", help="where tests/bench/sentences is built; peers/ in it holds other files")
    p.add_argument("--data", required=True, help="a data set with a header that says its task, for example SST-2's dev.tsv")
    p.add_argument("--vocab", required=True, help="folder with vocab.txt or tokenizer.json of 30522 tokens")
    p.add_argument("--shape", default="base")
    p.add_argument("--batch", type=int, default=32)
    p.add_argument("--threads", default="1,2")
    p.add_argument("--formats", default="f32,int8")
    p.add_argument("--batches", type=int, default=0, help="only the first ones; 0 = all")
    p.add_argument("--json", metavar="FILE")
    return p.parse_args()


def model_of(o, python, folder):
    """The folder of the model, or None."""
    path = os.path.join(folder, "sentences-" + o.shape)
    if not os.path.isdir(path):
        done = subprocess.run([python, os.path.join(peers.HERE, "sentences_model.py"), o.shape, o.vocab, path + ".new"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            peers.say("the model could not be made: " + peers.last_line(done.stderr))
            return None
        os.rename(path + ".new", path)
    return path


class Runner(peers.Worker):
    """A worker that answers a line with a line."""

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError("%s stopped: %s" % (self.name, peers.last_line(self.process.stderr.read())))
        return answer.rstrip("\n")

    def batch(self, line):
        """ms and the logits of each row."""
        numbers = [float(x) for x in self.ask(line).split()]
        return numbers[0], [numbers[i:i + LABELS] for i in range(1, len(numbers), LABELS)]


def race(o, folder, model, form, threads):
    """The figures of one format, or None where a program did not start."""
    us = Runner("bertscope " + form, [os.path.join(o.build, "tests/bench/sentences"), "--model", model, "--data", o.data,
                                      "--batch", str(o.batch), "--threads", threads, "--format", form], peers.OUR_ENV)
    them = Runner("onnxruntime " + form, ["node", os.path.join(peers.HERE, "ort_sentences.mjs"), folder,
                                          os.path.join(model, form + ".onnx"), threads], {})
    runners = [us, them]
    if not all([w.ready() for w in runners]):
        return None
    batches = int(us.started.split()[5])
    batches = min(o.batches, batches) if o.batches else batches
    ms, logits, tokens, padded = {us: [], them: []}, {us: [], them: []}, 0, 0
    for i in [0] + list(range(batches)):
        ids = us.ask("ids %d" % i)
        lines = {us: "run %d" % i, them: ids}
        for w in runners if i % 2 == 0 else runners[::-1]:
            time.sleep(peers.PAUSE_S)
            took, answer = w.batch(lines[w])
            ms[w].append(took)
            logits[w].append(answer)
        lengths = [row.count(" ") + 1 for row in ids.split(";")]
        tokens, padded = tokens + sum(lengths), padded + len(lengths) * max(lengths)
    for w in runners:
        w.close()
    return figures(us, them, {w.name: ms[w][1:] for w in runners}, {w.name: sum(logits[w][1:], []) for w in runners},
                   padded / tokens)


def label(row):
    return row.index(max(row))


def figures(us, them, ms, logits, padding):
    ours, theirs = logits[us.name], logits[them.name]
    distances = [abs(a - b) for x, y in zip(ours, theirs) for a, b in zip(x, y)]
    return {"rows": len(ours), "padded_over_packed": padding,
            "sentences_per_second": {name: len(ours) * 1e3 / sum(times) for name, times in ms.items()},
            "times_faster": peers.quartiles([b / a for a, b in zip(ms[us.name], ms[them.name])]),
            "same_label": sum(label(x) == label(y) for x, y in zip(ours, theirs)),
            "logits_apart": {"median": statistics.median(distances), "most": max(distances)},
            "logits": logits}


def say_figures(form, threads, f):
    speeds = ", ".join("%s %.1f" % pair for pair in f["sentences_per_second"].items())
    q = f["times_faster"]
    peers.say("%s, %s thread%s, %d rows (padded %.2f times the tokens): sentences/s %s; times faster, by batch "
              "%.2f [%.2f %.2f]; same label %d of %d, logits apart %.1e at most" %
              (form, threads, "" if threads == "1" else "s", f["rows"], f["padded_over_packed"], speeds, q["median"],
               q["low"], q["high"], f["same_label"], f["rows"], f["logits_apart"]["most"]))


def say_drift(results, threads):
    """How far each program's other formats are from its own f32."""
    plain = results.get(("f32", threads))
    for (form, t), f in results.items():
        for name, logits in f["logits"].items() if plain and t == threads and form != "f32" else []:
            base = plain["logits"][name.split()[0] + " f32"]
            same = sum(label(x) == label(y) for x, y in zip(base, logits))
            far = statistics.mean(abs(a - b) for x, y in zip(base, logits) for a, b in zip(x, y))
            peers.say("%s against its f32, %s thread%s: same label %d of %d, logits apart %.1e on average" %
                      (name, threads, "" if threads == "1" else "s", same, len(logits), far))


def main():
    o = options()
    folder = os.path.abspath(os.path.join(o.build, "peers"))
    os.makedirs(folder, exist_ok=True)
    python, ort = peers.find_torch(), peers.find_ort(folder)
    model = python and ort and model_of(o, python, folder)
    if not model:
        return 1
    results = {}
    for threads in o.threads.split(","):
        for form in o.formats.split(","):
            f = race(o, ort, model, form, threads)
            if f:
                results[form, threads] = f
                say_figures(form, threads, f)
        say_drift(results, threads)
    if o.json:
        rows = [dict({k: v for k, v in f.items() if k != "logits"}, format=form, threads=int(t))
                for (form, t), f in results.items()]
        with open(o.json, "w", encoding="utf-8") as out:
            json.dump({"schema": "bertscope.sentences/1", "shape": o.shape, "batch": o.batch, "rows": rows}, out, indent=1)
    return 0 if results else 1


if __name__ == "__main__":
    sys.exit(main())
