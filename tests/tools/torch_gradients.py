#!/usr/bin/env python3
"""torch_gradients.py tests/golden: compares gradients.safetensors of the golden models with torch.autograd in double.

Written beside make_golden.py, not from it. It says what differs by more than the rounding of what is stored explains, and
leaves with 1 then (Debian: python3-torch)."""
import json
import struct
import sys

import numpy as np
import torch
from torch.nn import functional as F


def read(path):
    raw = open(path, "rb").read()
    n = struct.unpack("<Q", raw[:8])[0]
    types = {"F32": np.float32, "F64": np.float64, "I32": np.int32}
    out = {}
    for name, t in json.loads(raw[8:8 + n]).items():
        begin, end = t["data_offsets"]
        out[name] = np.frombuffer(raw[8 + n + begin:8 + n + end], types[t["dtype"]]).reshape(t["shape"])
    return out


def logits(w, c, ids, types, head_gates, neuron_gates):
    bert = c["model_type"] == "bert"
    heads, layers = (c["num_attention_heads"], c["num_hidden_layers"]) if bert else (c["n_heads"], c["n_layers"])
    of = lambda x, name: F.linear(x, w[name + ".weight"], w[name + ".bias"])
    norm = lambda x, name: F.layer_norm(x, x.shape[-1:], w[name + ".weight"], w[name + ".bias"], 1e-12)
    table = c["model_type"] + ".embeddings."
    x = F.embedding(ids, w[table + "word_embeddings.weight"]) + w[table + "position_embeddings.weight"][:len(ids)]
    if types is not None:
        x = x + F.embedding(types, w[table + "token_type_embeddings.weight"])
    x = norm(x, table + "LayerNorm")
    for i in range(layers):
        at = ("bert.encoder.layer.%d." if bert else "distilbert.transformer.layer.%d.") % i
        names = (["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
                  "attention.output.LayerNorm", "intermediate.dense", "output.dense", "output.LayerNorm"] if bert else
                 ["attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin", "sa_layer_norm",
                  "ffn.lin1", "ffn.lin2", "output_layer_norm"])
        q, k, v = (of(x, at + name).view(len(ids), heads, -1).transpose(0, 1) for name in names[:3])
        out = torch.softmax(q @ k.transpose(1, 2) / q.shape[2] ** 0.5, 2) @ v * head_gates[i][:, None, None]
        x = norm(of(out.transpose(0, 1).reshape(len(ids), -1), at + names[3]) + x, at + names[4])
        x = norm(of(F.gelu(of(x, at + names[5])) * neuron_gates[i], at + names[6]) + x, at + names[7])
    pooled = torch.tanh(of(x[:1], "bert.pooler.dense")) if bert else torch.relu(of(x[:1], "pre_classifier"))
    return of(pooled, "classifier")


def agrees(got, want, what, bound):
    """As far as a 4096th of the bound, F32, or 34 bits."""
    off = np.abs(got - want).max(axis=-1).ravel()
    size = np.abs(want).max()
    good = bool(np.all(off <= bound / 4096 + size * (2.0**-24 if want.dtype == np.float32 else 2.0**-34)))
    if not good:
        print("%s differs by up to %.1e; its largest is %.1e" % (what, off.max(), size))
    return good


def check(folder):
    golden, want = read(folder + "/golden.safetensors"), read(folder + "/gradients.safetensors")
    c = json.load(open(folder + "/config.json"))
    w = {k: torch.tensor(v.astype(np.float64), requires_grad=True)
         for k, v in read(folder + "/model.safetensors").items()}
    n = len(want["labels"])
    gates = [{s: torch.ones(want[s].shape[1:], dtype=torch.float64, requires_grad=True) for s in ("heads", "neurons")}
             for _ in range(n)]
    losses = []
    for i in range(n):
        ids = torch.tensor(golden["%d.ids" % i]).long()
        types = torch.tensor(golden["%d.types" % i]).long() if "%d.types" % i in golden else None
        y = logits(w, c, ids, types, gates[i]["heads"], gates[i]["neurons"])
        losses.append(F.cross_entropy(y, torch.tensor(want["labels"][i:i + 1]).long()))
    (sum(losses) / n).backward()
    good = agrees(torch.stack(losses).detach().numpy()[None], want["losses"], "losses", want["losses.bound"])
    for s in ("heads", "neurons"):
        got = n * np.stack([g[s].grad.numpy() for g in gates])
        good &= agrees(got, want[s], s, want[s + ".bound"])
    for name, value in w.items():
        what = "gradient." + name
        good &= agrees(value.grad.numpy(), want[what], what, want[what + ".bound"])
    print("%s: %d parameters and all gates %s" % (folder, len(w), "agree" if good else "do not agree"))
    return good


if __name__ == "__main__":
    sys.exit(0 if all([check(sys.argv[1] + "/" + name) for name in ("bert", "distilbert")]) else 1)
