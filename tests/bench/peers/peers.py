#!/usr/bin/env python3
"""Our forward pass, or with --train our training step, beside those of other programs, on this machine.

Every program is a process that stays (the line protocol of tests/bench/worker.c). They are visited in turn, in rotating
order, so that a machine that changes speed changes it for all. A visit is a few passes, of which the first is left out;
its time is their median. Ratios are formed within a round before their median is taken.

Peers that are not there are skipped with a sentence. ONNX Runtime comes from npm (onnxruntime-node), torch from python3,
oneDNN and OpenBLAS from their development packages: of these two it is the matrix products alone, which is a floor and no
whole pass. What is downloaded, exported or built goes to --build, never into the source tree."""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = ["tiny:1x128", "base:1x32", "base:1x128", "base:1x384", "base:8x128"]
TRAIN_CASES = ["mini:32x64", "base:8x128"]
# torch: threads of OpenMP that spin fight with those of OpenBLAS; OpenBLAS may not know a new processor
TORCH_ENV = {"OMP_WAIT_POLICY": "PASSIVE"}
OUR_ENV = {"GOMP_SPINCOUNT": "2000"}  # as the program sets it for itself
# layers, hidden size, feed-forward size of gemm_worker
SIZES = {"tiny": ["2", "128", "512"], "mini": ["4", "256", "1024"], "small": ["4", "512", "2048"],
         "medium": ["8", "512", "2048"], "base": ["12", "768", "3072"], "large": ["24", "1024", "4096"]}
PAUSE_S = 0.03  # for threads of the one before that still spin


def say(text):
    print(text, flush=True)


def options():
    p = argparse.ArgumentParser(description="our forward pass or training step beside those of other programs")
    p.add_argument("--train", action="store_true", help="training steps (forward, backward, AdamW), of sequences of equal "
                   "length and of lengths from a quarter to all of it, which torch pads")
    p.add_argument("--build", default=".", help="where tests/bench/worker is built; peers/ in it holds their files")
    p.add_argument("--case", action="append", metavar="SHAPE:BATCHxSEQ",
                   help="default: %s; with --train %s" % (" ".join(CASES), " ".join(TRAIN_CASES)))
    p.add_argument("--threads", default="1,2")
    p.add_argument("--formats", default="f32,bf16,int8", help="of ours and of those peers that have them, separated by commas")
    p.add_argument("--seconds", type=float, default=15, help="for each case and number of threads, at least 3 rounds")
    p.add_argument("--json", metavar="FILE")
    return p.parse_args()


# ---- what is there ----------------------------------------------------------------------------------------------

def find_torch():
    """A python3 that has torch, or None."""
    for python in [os.environ.get("PEERS_PYTHON"), "python3", "/usr/bin/python3"]:
        if python and subprocess.run([python, "-c", "import torch"], stderr=subprocess.DEVNULL).returncode == 0:
            return python
    say("torch: skipped, no python3 here has it (Debian: python3-torch; PEERS_PYTHON names another python3)")
    return None


def find_ort(folder):
    """The folder of onnxruntime-node, or None."""
    module = os.path.join(folder, "node_modules", "onnxruntime-node")
    if not shutil.which("node") or not shutil.which("npm"):
        say("ONNX Runtime: skipped, there is no node with npm")
        return None
    if not os.path.isdir(module):
        say("ONNX Runtime: installing onnxruntime-node into " + folder)
        subprocess.run(["npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts",
                        "onnxruntime-node"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not os.path.isdir(module):
        say("ONNX Runtime: skipped, npm could not install onnxruntime-node")
        return None
    return folder


def last_line(text):
    return (text.strip().splitlines() or ["no reason given"])[-1]


def export(python, shape, form, folder):
    """The path of the ONNX graph of a shape, or None."""
    path = os.path.join(folder, "%s.%s.onnx" % (shape, form))
    if not os.path.exists(path):
        done = subprocess.run([python, os.path.join(HERE, "export_onnx.py"), shape, form, path + ".new"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            say("ONNX Runtime: skipped for %s in %s, its graph could not be exported: %s" %
                (shape, form, last_line(done.stderr)))
            return None
        os.rename(path + ".new", path)
    return path


def find_gemm(folder):
    """gemm_worker, built if its libraries are there, or None."""
    source, path = os.path.join(HERE, "gemm_worker.c"), os.path.join(folder, "gemm_worker")
    if os.path.exists(path) and os.path.getmtime(path) > os.path.getmtime(source):
        return path
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "openblas"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                           text=True).stdout.split() if shutil.which("pkg-config") else []
    done = subprocess.run([os.environ.get("CC", "cc"), "-O2", source, "-o", path, "-ldnnl"] + (flags or ["-lopenblas"]),
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode == 0:
        return path
    errors = [line for line in done.stderr.splitlines() if "error" in line] or [done.stderr]
    say("oneDNN and OpenBLAS: skipped, gemm_worker.c could not be built (Debian: libdnnl-dev, libopenblas-dev): " +
        last_line(errors[0]))
    return None


def torch_env(threads):
    return dict(TORCH_ENV, OMP_NUM_THREADS=threads, OPENBLAS_NUM_THREADS=threads)


def worker(o, shape, batch, seq, threads, *more):
    return [os.path.join(o.build, "tests/bench/worker"), "--shape", shape, "--batch", batch, "--seq", seq, "--threads",
            threads, *more]


def train_commands(o, peers, shape, batch, seq, threads, lengths):
    """Rows of (name, command, environment) for training steps; ours first."""
    rows = [("bertscope f32", worker(o, shape, batch, seq, threads, "--pass", "train", "--lengths", lengths), OUR_ENV)]
    if peers["torch"]:
        rows.append(("torch f32", [peers["torch"], os.path.join(HERE, "torch_train_worker.py"), shape, batch, seq, threads,
                               lengths], torch_env(threads)))
    return rows


def commands(o, peers, shape, batch, seq, threads):
    """The same for forward passes."""
    rows, formats = [], o.formats.split(",")
    for form in formats:
        rows.append(("bertscope " + form, worker(o, shape, batch, seq, threads, "--format", form), OUR_ENV))
    for form in [form for form in ("f32", "int8") if form in formats and peers["ort"] and peers["torch"]]:
        graph = export(peers["torch"], shape, form, peers["folder"])
        if graph:
            rows.append(("onnxruntime " + form, ["node", os.path.join(HERE, "ort_worker.mjs"), peers["ort"], graph, batch,
                                                 seq, threads], {}))
    for form in [form for form in ("f32", "bf16") if form in formats and peers["torch"]]:
        rows.append(("torch " + form, [peers["torch"], os.path.join(HERE, "torch_worker.py"), shape, batch, seq, threads,
                                       form], torch_env(threads)))
    if peers["gemm"] and shape in SIZES:
        kinds = [(form, "onednn products " + form) for form in formats if form in ("f32", "bf16", "int8")]
        kinds += [("openblas", "openblas products f32")] if "f32" in formats else []
        for kind, name in kinds:
            rows.append((name, [peers["gemm"], kind] + SIZES[shape] + [str(int(batch) * int(seq)), threads], torch_env(threads)))
    return rows


# ---- rounds -----------------------------------------------------------------------------------------------------

class Worker:
    def __init__(self, name, command, env):
        self.name, self.visits = name, []
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, env=dict(os.environ, **env))

    def ready(self):
        self.started = self.process.stdout.readline()
        if self.started.startswith("ready"):
            return True
        self.close()
        say("%s: skipped, it did not start: %s" % (self.name, last_line(self.process.stderr.read())))
        return False

    def run(self, passes):
        """ms of a pass: the median of all but the first."""
        self.process.stdin.write("%d\n" % (passes + 1))
        self.process.stdin.flush()
        return statistics.median(float(x) for x in self.process.stdout.readline().split()[1:])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def measure(rows, seconds):
    started = [Worker(*row) for row in rows]
    workers = [w for w in started if w.ready()]
    passes = {w: max(1, min(40, int(200 / w.run(1)))) for w in workers}
    end, rounds = time.monotonic() + seconds, 0
    while workers and (rounds < 3 or time.monotonic() < end):
        at = rounds % len(workers)
        for w in workers[at:] + workers[:at]:
            time.sleep(PAUSE_S)
            w.visits.append(w.run(passes[w]))
        rounds += 1
    for w in workers:
        w.close()
    return workers


def quartiles(values):
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return {"low": low, "median": middle, "high": high, "n": len(values)}


def report(case, threads, workers):
    """Prints the rows of a case and returns them. A ratio is our time over the peer's in the same round; that of the same
    format is printed."""
    rows = []
    ours = [w for w in workers if w.name.startswith("bertscope")]
    for w in workers:
        row = {"case": case, "threads": int(threads), "name": w.name, "ms": quartiles(w.visits), "ratios": {}}
        text = "%-17s %s  %-21s %9.3f ms" % (case, threads, w.name, row["ms"]["median"])
        for us in ours if w not in ours else []:
            q = quartiles([a / b for a, b in zip(us.visits, w.visits)])
            row["ratios"][us.name] = q
            if us.name.split()[-1] == w.name.split()[-1]:
                text += "  %s / this %.3f [%.3f %.3f]" % (us.name, q["median"], q["low"], q["high"])
        say("%s  n %d" % (text, len(w.visits)))
        rows.append(row)
    return rows


def run_case(o, peers, case):
    shape, _, size = case.partition(":")
    batch, _, seq = size.partition("x")
    rows = []
    for threads in o.threads.split(","):
        at = shape, batch, seq, threads
        if o.train:
            for lengths in ("equal", "spread"):
                rows += report(case + " " + lengths, threads,
                               measure(train_commands(o, peers, *at, lengths), o.seconds))
        else:
            rows += report(case, threads, measure(commands(o, peers, *at), o.seconds))
    return rows


def main():
    o = options()
    folder = os.path.abspath(os.path.join(o.build, "peers"))
    os.makedirs(folder, exist_ok=True)
    peers = {"folder": folder, "torch": find_torch(), "ort": None if o.train else find_ort(folder),
             "gemm": None if o.train else find_gemm(folder)}
    rows = []
    for case in o.case or (TRAIN_CASES if o.train else CASES):
        rows += run_case(o, peers, case)
    if o.json:
        with open(o.json, "w", encoding="utf-8") as f:
            json.dump({"schema": "bertscope.peers/1", "rows": rows}, f, indent=1)
    return 0 if rows else 1


if __name__ == "__main__":
    sys.exit(main())
