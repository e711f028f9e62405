#!/usr/bin/env python3
"""check_dense.py DIRECTORY LOGITS: what an independent reader makes of a dense export.

Reads config.json and model.safetensors, runs the BERT of them in double precision over the token ids on standard input (the JSON of
`bertscope tokenize`), and compares the logits with those in the file LOGITS (the JSON of `bertscope predict`).
"""
import json
import math
import struct
import sys

import numpy as np


def read(path):
    with open(path + "/model.safetensors", "rb") as f:
        data = f.read()
    size, = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + size].decode("utf-8"))
    header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32", entry
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[8 + size + begin:8 + size + end], "<f4").reshape(entry["shape"]).astype(np.float64)
    return tensors


def norm(w, name, x):
    mean = x.mean(-1, keepdims=True)
    x = (x - mean) / np.sqrt(((x - mean) ** 2).mean(-1, keepdims=True) + 1e-12)
    return x * w[name + ".weight"] + w[name + ".bias"]


def linear(w, name, x):
    return x @ w[name + ".weight"].T + w[name + ".bias"]


def logits(w, c, ids):
    heads, size = c["num_attention_heads"], c["hidden_size"] // c["num_attention_heads"]
    base = "bert.embeddings."
    x = w[base + "word_embeddings.weight"][ids] + w[base + "position_embeddings.weight"][:len(ids)]
    x = norm(w, base + "LayerNorm", x + w[base + "token_type_embeddings.weight"][0])
    erf = np.vectorize(math.erf)
    for i in range(c["num_hidden_layers"]):
        layer = "bert.encoder.layer.%d." % i
        q, k, v = (linear(w, layer + "attention.self." + n, x).reshape(-1, heads, size).transpose(1, 0, 2) for n in ("query", "key", "value"))
        p = q @ k.transpose(0, 2, 1) / math.sqrt(size)
        p = np.exp(p - p.max(-1, keepdims=True))
        context = (p / p.sum(-1, keepdims=True)) @ v
        a = linear(w, layer + "attention.output.dense", context.transpose(1, 0, 2).reshape(len(ids), -1))
        x = norm(w, layer + "attention.output.LayerNorm", x + a)
        f = linear(w, layer + "intermediate.dense", x)
        f = linear(w, layer + "output.dense", 0.5 * f * (1 + erf(f / math.sqrt(2))))
        x = norm(w, layer + "output.LayerNorm", x + f)
    pooled = np.tanh(linear(w, "bert.pooler.dense", x[0]))
    return linear(w, "classifier", pooled)


def main(directory, predicted):
    with open(directory + "/config.json", encoding="utf-8") as f:
        config = json.load(f)
    assert "bertscope" not in config and "pruned_heads" not in config
    with open(predicted, encoding="utf-8") as f:
        given = [row["logits"] for row in json.load(f)["rows"]]
    rows = [row["ids"] for row in json.load(sys.stdin)["rows"]]
    w = read(directory)
    assert len(rows) == len(given) > 0
    for ids, got in zip(rows, given):
        want = logits(w, config, np.array(ids))
        assert np.abs(want - got).max() <= 1e-4 * max(1, np.abs(want).max()), (want, got)


main(sys.argv[1], sys.argv[2])
