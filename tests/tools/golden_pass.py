"""The forward pass of the golden models in any arithmetic: see make_golden.py, which says whose formulas these are."""
import math

import numpy as np

FUNCTION_ULP = 4
EPS = 1e-12


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

    def log(self, x):
        return np.log(x)


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
        """The exact value off by up to FUNCTION_ULP units in the last place of `scale`, rounded to float. In extended
        precision, which has no vector instructions that a machine may have or not."""
        side = self.random.choice([-1.0, 1.0]) if self.one_sided else self.random.uniform(-1, 1, exact.shape)
        return (exact + side * FUNCTION_ULP * 2.0**-23 * np.abs(scale)).astype(np.float32)

    def exp(self, x):
        y = np.exp(x.astype(np.longdouble))
        return self.wrong(y, y)

    def erf(self, x):
        return self.wrong(ERF(x), 1.0)

    def tanh(self, x):
        y = np.tanh(x.astype(np.longdouble))
        return self.wrong(y, y)

    def log(self, x):
        y = np.log(x.astype(np.longdouble))
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
    """One forward pass: `shape` as in make_golden.py, `weights` by file name (float32), one of the arithmetics.

    Every head and every neuron (after its activation) is multiplied by a gate, which is 1."""

    def __init__(self, shape, weights, arithmetic):
        self.shape, self.do, self.names = shape, arithmetic, NAMES[shape["kind"]]
        self.weights = {name: values.astype(arithmetic.number) for name, values in weights.items()}
        self.head_gates = np.ones((shape["layers"], shape["heads"]), arithmetic.number)
        self.neuron_gates = np.ones((shape["layers"], shape["ffn"]), arithmetic.number)
        self.seen = {}  # what golden.safetensors holds
        self.kept = {}  # by (part, layer): what else a backward pass needs

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
        deviation = np.sqrt(variance + self.number(EPS))[:, None]
        unit = centred / deviation
        self.kept[part, layer] = unit, deviation
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
            self.kept["head %d" % head, layer] = query[:, at], key[:, at], value[:, at], weights, scale
            heads.append(self.do.product(weights, np.ascontiguousarray(value[:, at].T)) * self.head_gates[layer, head])
        return np.concatenate(heads, axis=1)

    def layer(self, x, layer):
        keep = lambda what, values: self.seen.setdefault("layer.%d.%s" % (layer, what), values)
        context = keep("context", self.attention(x, layer))
        middle = keep("attention", self.norm(self.linear(context, "attention_out", layer) + x, "attention_norm", layer))
        before = self.linear(middle, "up", layer)
        up = self.gelu(before) * self.neuron_gates[layer]
        self.kept["up", layer] = before, up
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
        self.kept["pooler", None] = first
        pooled = self.do.tanh(first) if self.shape["kind"] == "bert" else np.maximum(first, 0)
        self.seen["pooled"] = pooled
        self.seen["logits"] = self.linear(pooled, "classifier")
        return self.seen

    def run(self, ids, types):
        return self.encode(self.embed(ids, types))
