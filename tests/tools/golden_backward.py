"""The backward pass of the golden models, by hand, in any arithmetic: see make_golden.py.

Rumelhart, Hinton, Williams 1986: every function below takes the gradient of the loss of one example with respect to what a
part of golden_pass.Pass made, and returns it with respect to what that part was given. check_derivatives compares all of it
with differences of forward passes, and refuses to go on if they differ.
"""
import math

import numpy as np

from golden_losses import cross_entropy_rows
from golden_pass import Exact, Pass


class Backward:
    """One backward pass over `forward`, a Pass that has run on ids and types with all gates 1; dlogits [1, labels].

    gradient by parameter; heads [layers, heads] and neurons [layers, ffn] with respect to the gates."""

    def __init__(self, forward, ids, types, dlogits):
        self.forward, self.do, self.shape = forward, forward.do, forward.shape
        self.gradient = {name: np.zeros_like(values) for name, values in forward.weights.items()}
        self.heads = np.zeros_like(forward.head_gates)
        self.neurons = np.zeros_like(forward.neuron_gates)
        d = self.classifier(dlogits, len(ids))
        for layer in reversed(range(self.shape["layers"])):
            d = self.layer(d, layer)
        self.embed(d, ids, types)

    def put(self, values, part, layer=None, leaf="weight"):
        name = self.forward.names[part] if layer is None else self.forward.names[part] % layer
        self.gradient[name + "." + leaf] += values

    def number(self, value):
        return self.do.number(value)

    def linear(self, d, x, part, layer=None):
        self.put(self.do.product(np.ascontiguousarray(d.T), np.ascontiguousarray(x.T)), part, layer)
        self.put(self.do.total(d), part, layer, "bias")
        return self.do.product(d, np.ascontiguousarray(self.forward.get(part, layer).T))

    def norm(self, d, part, layer=None):
        unit, deviation = self.forward.kept[part, layer]
        self.put(self.do.total(d * unit), part, layer)
        self.put(self.do.total(d), part, layer, "bias")
        g, n = d * self.forward.get(part, layer), self.number(d.shape[1])
        mean, slope = (self.do.total(x.T)[:, None] / n for x in (g, g * unit))
        return (g - mean - unit * slope) / deviation

    def gelu(self, d, x):
        """x Phi(x) has the derivative Phi(x) + x phi(x)."""
        half, one = self.number(0.5), self.number(1)
        cumulative = half * (one + self.do.erf(x * self.number(math.sqrt(0.5))))
        density = self.do.exp(-half * x * x) * self.number(1 / math.sqrt(2 * math.pi))
        return d * (cumulative + x * density)

    def head(self, d, layer, head):
        """With respect to query, key and value of a head."""
        query, key, value, weights, scale = self.forward.kept["head %d" % head, layer]
        dweights = self.do.product(d, value)
        dscores = weights * (dweights - self.do.total((dweights * weights).T)[:, None]) * scale
        return (self.do.product(dscores, np.ascontiguousarray(key.T)),
                self.do.product(np.ascontiguousarray(dscores.T), np.ascontiguousarray(query.T)),
                self.do.product(np.ascontiguousarray(weights.T), np.ascontiguousarray(d.T)))

    def attention(self, d, x, layer):
        size = self.shape["hidden"] // self.shape["heads"]
        heads = []
        for h in range(self.shape["heads"]):
            at = slice(h * size, (h + 1) * size)
            out = self.forward.seen["layer.%d.context" % layer][:, at]
            self.heads[layer, h] = self.do.total((out * d[:, at]).ravel())
            heads.append(self.head(d[:, at], layer, h))
        dx = np.zeros_like(x)
        for i, part in enumerate(("query", "key", "value")):
            dx = dx + self.linear(np.concatenate([h[i] for h in heads], axis=1), x, part, layer)
        return dx

    def layer(self, d, layer):
        seen = self.forward.seen
        x = seen["layer.%d.hidden" % (layer - 1)] if layer else seen["embedding"]
        before, up = self.forward.kept["up", layer]
        d = self.norm(d, "norm", layer)
        dup = self.linear(d, up, "down", layer)
        self.neurons[layer] = self.do.total(dup * up)
        d = d + self.linear(self.gelu(dup, before), seen["layer.%d.attention" % layer], "up", layer)
        d = self.norm(d, "attention_norm", layer)
        return d + self.attention(self.linear(d, seen["layer.%d.context" % layer], "attention_out", layer), x, layer)

    def classifier(self, d, tokens):
        pooled = self.forward.seen["pooled"]
        d = self.linear(d, pooled, "classifier")
        if self.shape["kind"] == "bert":
            d = d * (self.number(1) - pooled * pooled)
        else:
            d = d * (self.forward.kept["pooler", None] > 0)
        last = self.forward.seen["layer.%d.hidden" % (self.shape["layers"] - 1)]
        out = np.zeros((tokens, self.shape["hidden"]), self.do.number)
        out[:1] = self.linear(d, last[:1], "pooler")
        return out

    def embed(self, d, ids, types):
        d = self.norm(d, "embedding_norm")
        tables = [("word", ids), ("position", np.arange(len(ids)))]
        if self.shape["types"]:
            tables.append(("type", types))
        for part, rows in tables:
            for row in set(rows.tolist()):
                table = np.zeros_like(self.forward.get(part))
                table[row] = self.do.total(d[rows == row])
                self.put(table, part)


# ---- a batch -------------------------------------------------------------------------------------------------------

def normalized(do, scores):
    """Each layer divided by its l2 norm (Molchanov et al. 2017, arXiv 1611.06440; Michel et al. 2019, section 4.1)."""
    return scores / np.sqrt(do.total((scores * scores).T))[:, None]


def gate_scores(do, name, gates):
    """From gates [examples, layers, gates]: the mean over the examples of the absolute value, and of the square."""
    n = do.number(len(gates))
    out = {name + ".importance": do.total(np.abs(gates)) / n, name + ".fisher": do.total(gates * gates) / n}
    out.update({what + ".l2": normalized(do, values) for what, values in out.items()})
    return out


def losses(shape, weights, do, examples, shift=None):
    """The loss of each example, and (pass, dlogits); shift = ("heads" | "neurons" | parameter, what to add to it)."""
    out, passes = [], []
    for ids, types, label in examples:
        p = Pass(shape, weights, do)
        if shift:
            {"heads": p.head_gates, "neurons": p.neuron_gates, **p.weights}[shift[0]][...] += shift[1]
        p.run(ids, types)
        loss, dlogits = cross_entropy_rows(do, p.seen["logits"], [label])
        out.append(loss[0])
        passes.append((p, dlogits))
    return np.array(out), passes


def batch_gradients(shape, weights, do, examples):
    """What gradients.safetensors holds, for examples (ids, types, label)."""
    each, passes = losses(shape, weights, do, examples)
    n = do.number(len(examples))
    backs = [Backward(p, ids, types, d) for (ids, types, _), (p, d) in zip(examples, passes)]
    out = {"losses": each[None], "loss": np.array([[do.total(each) / n]]),
           "dlogits": np.concatenate([d for _, d in passes]) / n,
           "heads": np.stack([b.heads for b in backs]), "neurons": np.stack([b.neurons for b in backs])}
    for name in weights:
        out["gradient." + name] = do.total(np.stack([b.gradient[name] for b in backs])) / n
    out.update(gate_scores(do, "heads", out["heads"]))
    out.update(gate_scores(do, "neurons", out["neurons"]))
    return out


# ---- the check -----------------------------------------------------------------------------------------------------

STEP = 2.0**-13
ROUNDINGS = 2**10  # of a loss, in units in its last place


def difference(shape, weights, examples, what, direction):
    """The derivative of each example's loss along a direction, from forward passes alone: central differences with two
    steps, from which Richardson's extrapolation takes the error of order 2."""
    at = lambda h: losses(shape, weights, Exact(), examples, shift=(what, h * direction))[0]
    narrow, wide = ((at(h) - at(-h)) / (2 * np.longdouble(h)) for h in (STEP / 2, STEP))
    return narrow + (narrow - wide) / 3


def check_derivatives(shape, weights, examples, exact, bits):
    """Every gradient against differences of the forward pass in extended precision, along random directions of signs, so
    that each element counts in each; one for every element of a row would only say where."""
    random = np.random.RandomState(1)
    cases = [("heads", exact["heads"]), ("neurons", exact["neurons"])]
    cases += [(name, exact["gradient." + name][None]) for name in weights]
    for what, gradient in cases:
        for _ in range(2):
            direction = random.choice([-1.0, 1.0], gradient.shape[1:]).astype(np.longdouble)
            direction /= np.sqrt(np.longdouble(direction.size))
            seen = difference(shape, weights, examples, what, direction)
            seen = seen if len(gradient) == len(examples) else seen.mean(keepdims=True)
            want = (gradient * direction).reshape(len(gradient), -1).sum(axis=1)
            size = np.sqrt((gradient * gradient).sum())
            rounding = 2.0**-64 * ROUNDINGS * exact["losses"].max() / STEP
            if not np.all(np.abs(seen - want) <= size * 2.0**-bits + rounding):
                raise SystemExit("the gradient of %s differs from differences of the loss: %s instead of %s" %
                                 (what, want, seen))
