#!/usr/bin/env python3
"""check_saved.py SAVED ORIGINAL F32|F16|BF16: checks a saved model directory with nothing but the standard library.

SAVED must be what other loaders expect: a safetensors file with the metadata of torch, names sorted, data without holes
and 8-byte aligned, the tensors of the class that config.json names, in the shapes that its sizes ask for. Every parameter must be
that of ORIGINAL (another directory, in F32, names with or without the prefix), rounded to the type.
"""
import json
import struct
import sys

PREFIX = "bert."


def read(path):
    with open(path + "/model.safetensors", "rb") as f:
        data = f.read()
    size, = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + size].decode("utf-8"))
    return header, data[8 + size:], size


def values(entry, data):
    begin, end = entry["data_offsets"]
    raw = data[begin:end]
    if entry["dtype"] == "BF16":
        raw = b"".join(b"\0\0" + raw[i:i + 2] for i in range(0, len(raw), 2))
    letter = {"F32": "f", "F16": "e", "BF16": "f"}[entry["dtype"]]
    return struct.unpack("<%d%s" % (len(raw) // struct.calcsize(letter), letter), raw)


def rounded(x, dtype):
    if dtype == "F16":
        return struct.unpack("<e", struct.pack("<e", x))[0]
    if dtype == "BF16":
        bits, = struct.unpack("<I", struct.pack("<f", x))
        half = bits >> 16
        rest = bits & 0xFFFF
        half += rest > 0x8000 or (rest == 0x8000 and half & 1)
        return struct.unpack("<f", struct.pack("<I", half << 16))[0]
    return x


def expected(c):
    """Names and shapes of BertForSequenceClassification, from the sizes of config.json."""
    h, f = c["hidden_size"], c["intermediate_size"]
    shapes = {"bert.embeddings.word_embeddings.weight": [c["vocab_size"], h],
              "bert.embeddings.position_embeddings.weight": [c["max_position_embeddings"], h],
              "bert.embeddings.token_type_embeddings.weight": [c["type_vocab_size"], h],
              "bert.pooler.dense.weight": [h, h], "bert.pooler.dense.bias": [h],
              "classifier.weight": [len(c["id2label"]), h], "classifier.bias": [len(c["id2label"])]}
    norms = ["bert.embeddings.LayerNorm"]
    for i in range(c["num_hidden_layers"]):
        layer = "bert.encoder.layer.%d." % i
        linears = {"attention.self.query": (h, h), "attention.self.key": (h, h), "attention.self.value": (h, h),
                   "attention.output.dense": (h, h), "intermediate.dense": (f, h), "output.dense": (h, f)}
        for name, (n, k) in linears.items():
            shapes[layer + name + ".weight"] = [n, k]
            shapes[layer + name + ".bias"] = [n]
        norms += [layer + "attention.output.LayerNorm", layer + "output.LayerNorm"]
    for name in norms:
        shapes[name + ".weight"] = [h]
        shapes[name + ".bias"] = [h]
    return shapes


def check(saved, original, dtype):
    with open(saved + "/config.json", encoding="utf-8") as f:
        config = json.load(f)
    assert config["model_type"] == "bert" and config["architectures"] == ["BertForSequenceClassification"], config
    assert config["torch_dtype"] == {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}[dtype]
    assert config["label2id"] == {name: int(i) for i, name in config["id2label"].items()}
    assert config["problem_type"] == "single_label_classification" and config["layer_norm_eps"] == 1e-12
    assert not any(key.startswith("_") for key in config)
    header, data, size = read(saved)
    assert size % 8 == 0 and header.pop("__metadata__") == {"format": "pt"}
    assert list(header) == sorted(header), "names are not sorted"
    assert {name: entry["shape"] for name, entry in header.items()} == expected(config)
    at = 0
    for entry in header.values():
        assert entry["dtype"] == dtype and entry["data_offsets"][0] == at
        at = entry["data_offsets"][1]
    assert at == len(data)
    theirs, their_data, _ = read(original)
    theirs.pop("__metadata__", None)
    count = 0
    for name, entry in header.items():
        other = theirs[name] if name in theirs else theirs[name[len(PREFIX):]]
        for a, b in zip(values(entry, data), values(other, their_data)):
            assert struct.pack("<f", a) == struct.pack("<f", rounded(b, dtype)), name
            count += 1
    print("%s: %d numbers of %d tensors, as %s" % (saved, count, len(header), dtype))


if len(sys.argv) != 4:
    sys.exit(__doc__)
check(*sys.argv[1:])
