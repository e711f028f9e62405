#!/usr/bin/env python3
"""make_golden.py DIR: writes DIR/bert and DIR/distilbert, two small models with random weights, and what every part
of a forward pass must give (golden.safetensors).

An implementation of its own, from the published architectures, which shares nothing with the C sources:
  BERT        Devlin et al. 2018, arXiv 1810.04805 (post-LayerNorm; pooler = tanh of the first token)
  DistilBERT  Sanh et al. 2019, arXiv 1910.01108 (no token types, no pooler; head = ReLU, linear)
  Attention   Vaswani et al. 2017, arXiv 1706.03762, equation 1
  GELU        Hendrycks, Gimpel 2016, arXiv 1606.08415: x/2 (1 + erf(x / sqrt 2))
  LayerNorm   Ba, Kiros, Hinton 2016, arXiv 1607.06450, equation 3; eps = 1e-12

golden.safetensors holds, for every input N of unequal length:
  N.ids N.types                                      I32 [t]; types only for BERT
  N.embedding N.layer.L.{context,attention,hidden}   F64 [t, hidden]: after the embedding LayerNorm; the heads side by
                                                     side before their output projection; after the first LayerNorm of
                                                     the layer; after its second one
  N.pooled N.logits                                  F64 [1, hidden], F64 [1, labels]
  X.bound                                            F64 [rows of X]: how far a row of X may be from a float pass

The values are computed in extended precision (NumPy's longdouble) and kept to 34 bits, so that another machine makes
the same bytes.

The bounds. A forward pass in float is the exact pass plus rounding errors that the pass itself carries on; what
reaches X depends on the order of every sum and on the last bits of exp, erf and tanh. So the pass is run RUNS times in
float, with every sum one term at a time in an order of its own (blocked or fused sums, as kernels use them, are more
accurate; Higham, Accuracy and Stability of Numerical Algorithms, section 4.2), and with exp, erf and tanh wrong by up to
FUNCTION_ULP units in the last place: in half of the runs at random for each value, in the other half all of them to one
side, as the error of an approximating polynomial may lie. This is Monte Carlo arithmetic (Parker 1997, UCLA CSD-970002).
The bound of a row is FACTOR times the largest error that was seen in it. Errors that are sums of many roundings are
near to normal: that 64 draws of the worst element all stay under 1.5 sigma has probability 0.8664^64 = 1e-4, so the
bound is at least 6 sigma of that element, which a correct float pass leaves with probability 2e-9, and a wrong one (a
missing bias, another eps, tanh for erf) leaves at once.
"""
import json
import math
import os
import struct
import sys

try:
    import numpy as np
except ImportError:
    sys.exit("make_golden.py needs NumPy (Debian: python3-numpy; make golden PYTHON3=/usr/bin/python3 uses Debian's)")

RUNS = 64
FACTOR = 4
FUNCTION_ULP = 4
BITS = 34
EPS = 1e-12
LENGTHS = (11, 19, 3, 1)

BERT = {"kind": "bert", "vocab": 61, "positions": 40, "types": 2, "hidden": 44, "layers": 2, "heads": 4, "ffn": 102,
        "labels": ["low", "middle", "high"], "seed": 20181011}
DISTILBERT = {"kind": "distilbert", "vocab": 61, "positions": 40, "types": 0, "hidden": 36, "layers": 3, "heads": 2,
              "ffn": 70, "labels": ["no", "yes"], "seed": 20191002}

SPECIAL = "[PAD] [UNK] [CLS] [SEP] [MASK]".split()
WORDS = "the a model is small fast slow good bad very not it and layer head size un ##s ##er ##ly ##fast".split()
VOCAB = SPECIAL + [chr(c) for c in range(ord("b"), ord("z") + 1)] + WORDS + list(".,!?-") + "1 2 3 ##1 ##2".split()


# ---- arithmetic ----------------------------------------------------------------------------------------------------

ERF = np.vectorize(math.erf, otypes=[np.longdouble])


class Exact:
    """Extended precision: the reference."""

    number = np.longdouble

    def total(self, terms):
        """Sum over the first axis."""
        return np.sum(terms, axis=0)

    def product(self, a, b):
        """a[m,k] b[n,k]^T"""
        return np.sum(a[:, None, :] * b[None, :, :], axis=2)

    def exp(self, x):
        return np.exp(x)

    def erf(self, x):
        return ERF(x)

    def tanh(self, x):
        return np.tanh(x)


class Float:
    """One float pass: every operation rounded, sums in a random order, functions that are a little wrong."""

    number = np.float32

    def __init__(self, seed):
        self.random = np.random.RandomState(seed)
        self.one_sided = seed % 2 == 0

    def total(self, terms):
        out = np.zeros_like(terms[0])
        for i in self.random.permutation(len(terms)):
            out += terms[i]
        return out

    def product(self, a, b):
        out = np.zeros((len(a), len(b)), np.float32)
        for j in self.random.permutation(a.shape[1]):
            out += a[:, j, None] * b[None, :, j]
        return out

    def wrong(self, exact, scale):
        """The exact value off by up to FUNCTION_ULP units in the last place of `scale`, rounded to float."""
        side = self.random.choice([-1.0, 1.0]) if self.one_sided else self.random.uniform(-1, 1, exact.shape)
        return (exact + side * FUNCTION_ULP * 2.0**-23 * np.abs(scale)).astype(np.float32)

    def exp(self, x):
        y = np.exp(x.astype(np.float64))
        return self.wrong(y, y)

    def erf(self, x):
        return self.wrong(ERF(x).astype(np.float64), 1.0)

    def tanh(self, x):
        y = np.tanh(x.astype(np.float64))
        return self.wrong(y, y)


# ---- the forward pass ----------------------------------------------------------------------------------------------

NAMES = {
    "bert": {
        "word": "bert.embeddings.word_embeddings", "position": "bert.embeddings.position_embeddings",
        "type": "bert.embeddings.token_type_embeddings", "embedding_norm": "bert.embeddings.LayerNorm",
        "query": "bert.encoder.layer.%d.attention.self.query", "key": "bert.encoder.layer.%d.attention.self.key",
        "value": "bert.encoder.layer.%d.attention.self.value",
        "attention_out": "bert.encoder.layer.%d.attention.output.dense",
        "attention_norm": "bert.encoder.layer.%d.attention.output.LayerNorm",
        "up": "bert.encoder.layer.%d.intermediate.dense", "down": "bert.encoder.layer.%d.output.dense",
        "norm": "bert.encoder.layer.%d.output.LayerNorm", "pooler": "bert.pooler.dense", "classifier": "classifier",
    },
    "distilbert": {
        "word": "distilbert.embeddings.word_embeddings", "position": "distilbert.embeddings.position_embeddings",
        "embedding_norm": "distilbert.embeddings.LayerNorm",
        "query": "distilbert.transformer.layer.%d.attention.q_lin",
        "key": "distilbert.transformer.layer.%d.attention.k_lin",
        "value": "distilbert.transformer.layer.%d.attention.v_lin",
        "attention_out": "distilbert.transformer.layer.%d.attention.out_lin",
        "attention_norm": "distilbert.transformer.layer.%d.sa_layer_norm",
        "up": "distilbert.transformer.layer.%d.ffn.lin1", "down": "distilbert.transformer.layer.%d.ffn.lin2",
        "norm": "distilbert.transformer.layer.%d.output_layer_norm", "pooler": "pre_classifier",
        "classifier": "classifier",
    },
}


class Pass:
    """One forward pass: `shape` as above, `weights` by file name (float32), one of the arithmetics."""

    def __init__(self, shape, weights, arithmetic):
        self.shape, self.do, self.names = shape, arithmetic, NAMES[shape["kind"]]
        self.weights = {name: values.astype(arithmetic.number) for name, values in weights.items()}
        self.seen = {}

    def number(self, value):
        return self.do.number(value)

    def get(self, part, layer=None, leaf="weight"):
        name = self.names[part] if layer is None else self.names[part] % layer
        return self.weights[name + "." + leaf]

    def linear(self, x, part, layer=None):
        return self.do.product(x, self.get(part, layer)) + self.get(part, layer, "bias")

    def norm(self, x, part, layer=None):
        n = self.number(x.shape[1])
        centred = x - (self.do.total(x.T) / n)[:, None]
        variance = self.do.total((centred * centred).T) / n
        unit = centred / np.sqrt(variance + self.number(EPS))[:, None]
        return unit * self.get(part, layer) + self.get(part, layer, "bias")

    def softmax(self, x):
        e = self.do.exp(x - x.max(axis=1, keepdims=True))
        return e / self.do.total(e.T)[:, None]

    def gelu(self, x):
        return self.number(0.5) * x * (self.number(1) + self.do.erf(x * self.number(math.sqrt(0.5))))

    def attention(self, x, layer):
        query, key, value = (self.linear(x, part, layer) for part in ("query", "key", "value"))
        size = self.shape["hidden"] // self.shape["heads"]
        scale = self.number(1) / np.sqrt(self.number(size))
        heads = []
        for head in range(self.shape["heads"]):
            at = slice(head * size, (head + 1) * size)
            weights = self.softmax(self.do.product(query[:, at], key[:, at]) * scale)
            heads.append(self.do.product(weights, np.ascontiguousarray(value[:, at].T)))
        return np.concatenate(heads, axis=1)

    def layer(self, x, layer):
        keep = lambda what, values: self.seen.setdefault("layer.%d.%s" % (layer, what), values)
        context = keep("context", self.attention(x, layer))
        middle = keep("attention", self.norm(self.linear(context, "attention_out", layer) + x, "attention_norm", layer))
        up = self.gelu(self.linear(middle, "up", layer))
        return keep("hidden", self.norm(self.linear(up, "down", layer) + middle, "norm", layer))

    def embed(self, ids, types):
        tables = [self.get("word")[ids], self.get("position")[: len(ids)]]
        if self.shape["types"]:
            tables.append(self.get("type")[types])
        return self.norm(self.do.total(np.stack(tables)), "embedding_norm")

    def encode(self, x):
        """From hidden states to logits; everything on the way is in self.seen."""
        self.seen["embedding"] = x
        for layer in range(self.shape["layers"]):
            x = self.layer(x, layer)
        first = self.linear(x[:1], "pooler")
        pooled = self.do.tanh(first) if self.shape["kind"] == "bert" else np.maximum(first, 0)
        self.seen["pooled"] = pooled
        self.seen["logits"] = self.linear(pooled, "classifier")
        return self.seen

    def run(self, ids, types):
        return self.encode(self.embed(ids, types))


# ---- what is written -----------------------------------------------------------------------------------------------

def random_weights(shape):
    """Large enough that every part matters: scores of a few units, so that softmax is far from uniform."""
    random = np.random.RandomState(shape["seed"])
    weights = {}

    def put(part, leaf, values, layer=None):
        name = NAMES[shape["kind"]][part]
        weights[(name if layer is None else name % layer) + "." + leaf] = values.astype(np.float32)

    def table(part, rows):
        put(part, "weight", 0.5 * random.standard_normal((rows, shape["hidden"])))

    def dense(part, n, k, layer=None):
        put(part, "weight", 1.5 / math.sqrt(k) * random.standard_normal((n, k)), layer)
        put(part, "bias", 0.2 * random.standard_normal(n), layer)

    def norm(part, layer=None):
        put(part, "weight", 1 + 0.2 * random.standard_normal(shape["hidden"]), layer)
        put(part, "bias", 0.2 * random.standard_normal(shape["hidden"]), layer)

    hidden, ffn = shape["hidden"], shape["ffn"]
    table("word", shape["vocab"])
    table("position", shape["positions"])
    if shape["types"]:
        table("type", shape["types"])
    norm("embedding_norm")
    for layer in range(shape["layers"]):
        for part in ("query", "key", "value", "attention_out"):
            dense(part, hidden, hidden, layer)
        norm("attention_norm", layer)
        dense("up", ffn, hidden, layer)
        dense("down", hidden, ffn, layer)
        norm("norm", layer)
    dense("pooler", hidden, hidden)
    dense("classifier", len(shape["labels"]), hidden)
    return weights


def inputs(shape):
    """[CLS] words [SEP], the second one a pair; the last two are the shortest that a model must take."""
    random = np.random.RandomState(shape["seed"] + 1)
    cls, sep = VOCAB.index("[CLS]"), VOCAB.index("[SEP]")
    for i, n in enumerate(LENGTHS):
        ids = random.randint(len(SPECIAL), shape["vocab"], n)
        ids[0] = cls
        if n > 1:
            ids[-1] = sep
        types = np.zeros(n, np.int32)
        if i == 1:
            ids[n // 2] = sep
            types[n // 2 + 1:] = 1
        yield ids.astype(np.int32), types


def shortened(values):
    mantissa, exponent = np.frexp(values)
    return np.ldexp(np.rint(np.ldexp(mantissa, BITS)), exponent - BITS).astype(np.float64)


def round_up(values):
    """To three decimal digits, upwards."""
    unit = 10.0 ** (np.floor(np.log10(values)) - 2)
    return np.ceil(values / unit) * unit


def golden(shape, weights):
    out = {}
    for i, (ids, types) in enumerate(inputs(shape)):
        out["%d.ids" % i] = ids
        if shape["types"]:
            out["%d.types" % i] = types
        exact = Pass(shape, weights, Exact()).run(ids, types)
        floats = [Pass(shape, weights, Float(seed)).run(ids, types) for seed in range(RUNS)]
        for what, values in exact.items():
            errors = [np.abs(run[what] - values).max(axis=1) for run in floats]
            out["%d.%s" % (i, what)] = shortened(values)
            out["%d.%s.bound" % (i, what)] = round_up(FACTOR * np.max(errors, axis=0).astype(np.float64))
    return out


def write_safetensors(path, tensors):
    dtypes = {"float32": "F32", "float64": "F64", "int32": "I32"}
    header, data = {}, b""
    for name, values in sorted(tensors.items(), key=lambda item: (-item[1].itemsize, item[0])):
        raw = values.astype(values.dtype.newbyteorder("<")).tobytes()
        header[name] = {"dtype": dtypes[values.dtype.name], "shape": list(values.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def config(shape):
    names = ({"vocab": "vocab_size", "positions": "max_position_embeddings", "types": "type_vocab_size",
              "hidden": "hidden_size", "layers": "num_hidden_layers", "heads": "num_attention_heads",
              "ffn": "intermediate_size"} if shape["kind"] == "bert" else
             {"vocab": "vocab_size", "positions": "max_position_embeddings", "hidden": "dim", "layers": "n_layers",
              "heads": "n_heads", "ffn": "hidden_dim"})
    out = {names[key]: shape[key] for key in names}
    out["model_type"] = shape["kind"]
    out["pad_token_id"] = VOCAB.index("[PAD]")
    out["id2label"] = {str(i): label for i, label in enumerate(shape["labels"])}
    out["label2id"] = {label: i for i, label in enumerate(shape["labels"])}
    if shape["kind"] == "bert":
        out.update(architectures=["BertForSequenceClassification"], hidden_act="gelu", layer_norm_eps=EPS,
                   position_embedding_type="absolute")
    else:
        out.update(architectures=["DistilBertForSequenceClassification"], activation="gelu",
                   sinusoidal_pos_embds=False)
    return json.dumps(out, indent=2, sort_keys=True) + "\n"


def write_model(folder, shape):
    assert len(VOCAB) == shape["vocab"] == len(set(VOCAB))
    os.makedirs(folder, exist_ok=True)
    weights = random_weights(shape)
    with open(os.path.join(folder, "config.json"), "w") as f:
        f.write(config(shape))
    with open(os.path.join(folder, "vocab.txt"), "w") as f:
        f.write("\n".join(VOCAB) + "\n")
    write_safetensors(os.path.join(folder, "model.safetensors"), weights)
    write_safetensors(os.path.join(folder, "golden.safetensors"), golden(shape, weights))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.splitlines()[0])
    write_model(os.path.join(sys.argv[1], "bert"), BERT)
    write_model(os.path.join(sys.argv[1], "distilbert"), DISTILBERT)
