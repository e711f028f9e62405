#!/usr/bin/env python3
"""make_golden.py DIR: writes DIR/bert and DIR/distilbert, two small models with random weights, what every part of a
forward pass must give (golden.safetensors), what a backward pass must give (gradients.safetensors), and what losses must
give (DIR/losses.safetensors).

An implementation of its own, from the published architectures, which shares nothing with the C sources:
  BERT        Devlin et al. 2018, arXiv 1810.04805 (post-LayerNorm; pooler = tanh of the first token)
  DistilBERT  Sanh et al. 2019, arXiv 1910.01108 (no token types, no pooler; head = ReLU, linear)
  Attention   Vaswani et al. 2017, arXiv 1706.03762, equation 1
  GELU        Hendrycks, Gimpel 2016, arXiv 1606.08415: x/2 (1 + erf(x / sqrt 2))
  LayerNorm   Ba, Kiros, Hinton 2016, arXiv 1607.06450, equation 3; eps = 1e-12
  Importance  Michel, Levy, Neubig 2019, arXiv 1905.10650, equation 2 (gates) and section 4.1

golden.safetensors holds, for every input N of unequal length:
  N.ids N.types                                      I32 [t]; types only for BERT
  N.embedding N.layer.L.{context,attention,hidden}   F64 [t, hidden]: after the embedding LayerNorm; the heads side by
                                                     side before their output projection; after the first LayerNorm of
                                                     the layer; after its second one
  N.pooled N.logits                                  F64 [1, hidden], F64 [1, labels]
  X.bound                                            F64 [rows of X]: how far a row of X may be from a float pass

gradients.safetensors holds, for the same inputs with the classes `labels` (I32 [inputs]) and L(x) = -log softmax(logits)[label]:
  losses             F64 [1, inputs]: L(x) of each input
  loss dlogits       F64 [1, 1], F64 [inputs, labels]: the mean of L over the inputs, and its gradient
  gradient.NAME      F32, the shape of the parameter NAME in model.safetensors: of the mean of L
  heads              F64 [inputs, layers, heads]: dL(x)/dg, g = 1 multiplies the head before its output projection. Of each
                     input's own L(x), not divided by their number
  neurons            F64 [inputs, layers, ffn]: the same, g multiplies the neuron after its activation
  S.importance       F64 [layers, S of a layer], S = heads or neurons: the mean over the inputs of |S|
  S.fisher           F64, the same: the mean of S^2, the diagonal of the empirical Fisher matrix
  S.importance.l2 S.fisher.l2                        the same, each layer divided by its l2 norm
  X.bound            F64 [rows of X], as above; a row is all but the last axis, a vector is one row

losses.safetensors holds logits and target (classes I32, else F32) of a few rows, and the loss and its gradient dlogits, for
cross_entropy, mse, kl.1 and kl.2.5 (the temperature), cosine; see golden_losses.py.

The values are computed in extended precision (NumPy's longdouble) and kept to 34 bits, so that another machine makes
the same bytes; gradients and losses also to no more than a 4096th of their bound. Gradients are computed by hand, without an
automatic differentiation that others would use too, and compared here with differences of forward passes, to 34 bits again.
tests/tools/torch_gradients.py compares them with torch's.

The bounds. A forward pass in float is the exact pass plus rounding errors that the pass itself carries on; what
reaches X depends on the order of every sum and on the last bits of exp, erf and tanh. So the pass is run RUNS times in
float, with every sum one term at a time in an order of its own (blocked or fused sums, as kernels use them, are more
accurate; Higham, Accuracy and Stability of Numerical Algorithms, section 4.2), and with exp, erf, tanh and log wrong by up to
FUNCTION_ULP units in the last place: in half of the runs at random for each value, in the other half all of them to one
side, as the error of an approximating polynomial may lie. This is Monte Carlo arithmetic (Parker 1997, UCLA CSD-970002).
A backward pass goes over the values of a forward pass of the same kind.
The bound of a row is FACTOR times the largest error that was seen in it. Errors that are sums of many roundings are
near to normal: that 64 draws of the worst element all stay under 1.5 sigma has probability 0.8664^64 = 1e-4, so the
bound is at least 6 sigma of that element, which a correct float pass leaves with probability 2e-9, and a wrong one (a
missing bias, another eps, tanh for erf) leaves at once.
"""
import decimal
import json
import math
import os
import struct
import sys

try:
    import numpy as np
except ImportError:
    sys.exit("make_golden.py needs NumPy (Debian: python3-numpy; make golden PYTHON3=/usr/bin/python3 uses Debian's)")

from golden_backward import batch_gradients, check_derivatives
from golden_losses import check_loss, loss_cases
from golden_pass import EPS, NAMES, Exact, Float, Pass

RUNS = 64
FACTOR = 4
BITS = 34
LENGTHS = (11, 19, 3, 1)

BERT = {"kind": "bert", "vocab": 61, "positions": 40, "types": 2, "hidden": 44, "layers": 2, "heads": 4, "ffn": 102,
        "labels": ["low", "middle", "high"], "seed": 20181011, "classes": (2, 0, 1, 1)}
DISTILBERT = {"kind": "distilbert", "vocab": 61, "positions": 40, "types": 0, "hidden": 36, "layers": 3, "heads": 2,
              "ffn": 70, "labels": ["no", "yes"], "seed": 20191002, "classes": (1, 0, 0, 1)}

SPECIAL = "[PAD] [UNK] [CLS] [SEP] [MASK]".split()
WORDS = "the a model is small fast slow good bad very not it and layer head size un ##s ##er ##ly ##fast".split()
VOCAB = SPECIAL + [chr(c) for c in range(ord("b"), ord("z") + 1)] + WORDS + list(".,!?-") + "1 2 3 ##1 ##2".split()


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
    context = decimal.Context(prec=3, rounding=decimal.ROUND_CEILING)
    return np.array([float(context.create_decimal_from_float(float(v))) for v in values])


def row_bounds(floats, exact):
    """FACTOR times the largest error of each row; a row is all but the last axis."""
    errors = [np.abs(values - exact).max(axis=-1).ravel() for values in floats]
    return round_up(FACTOR * np.max(errors, axis=0))


def golden(shape, weights):
    out = {}
    for i, (ids, types) in enumerate(inputs(shape)):
        out["%d.ids" % i] = ids
        if shape["types"]:
            out["%d.types" % i] = types
        exact = Pass(shape, weights, Exact()).run(ids, types)
        floats = [Pass(shape, weights, Float(seed)).run(ids, types) for seed in range(RUNS)]
        for what, values in exact.items():
            out["%d.%s" % (i, what)] = shortened(values)
            out["%d.%s.bound" % (i, what)] = row_bounds([run[what] for run in floats], values)
    return out


def with_bounds(compute, store=lambda name: np.float64):
    """compute(arithmetic) is a dict of values: the exact ones, and what is written of them, with bounds."""
    exact, floats = compute(Exact()), [compute(Float(seed)) for seed in range(RUNS)]
    out = {}
    for what, values in exact.items():
        bound = row_bounds([run[what] for run in floats], values)
        narrow = kept(values, bound).astype(store(what))
        off = np.abs(narrow - values).max(axis=-1).ravel()
        out[what], out[what + ".bound"] = narrow, round_up(bound + off)
    return exact, out


def kept(values, bound):
    """Whole 4096ths of the bound of their row, in BITS bits: a gradient that is 0 and was computed as 1e-20 is 0."""
    unit = np.ldexp(1.0, np.frexp(bound)[1] - 13).reshape(values.shape[:-1] + (1,))
    return shortened(np.rint(values / unit) * unit)


def gradients(shape, weights):
    examples = [(ids, types, label) for (ids, types), label in zip(inputs(shape), shape["classes"])]
    exact, out = with_bounds(lambda do: batch_gradients(shape, weights, do, examples),
                             lambda what: np.float32 if what.startswith("gradient.") else np.float64)
    check_derivatives(shape, weights, examples, exact, BITS)
    out["labels"] = np.array(shape["classes"], np.int32)
    return out


def losses():
    out = {}
    for name, loss, logits, target in loss_cases():
        def compute(do):
            at = target if target.dtype == np.int32 else target.astype(do.number)
            value, d = loss(do, logits.astype(do.number), at)
            return {name + ".loss": np.array([[value]]), name + ".dlogits": d}
        exact, values = with_bounds(compute)
        check_loss(name, loss, logits, target, exact[name + ".dlogits"], BITS)
        out.update(values)
        out[name + ".logits"], out[name + ".target"] = logits, target
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
    write_safetensors(os.path.join(folder, "gradients.safetensors"), gradients(shape, weights))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.splitlines()[0])
    write_model(os.path.join(sys.argv[1], "bert"), BERT)
    write_model(os.path.join(sys.argv[1], "distilbert"), DISTILBERT)
    write_safetensors(os.path.join(sys.argv[1], "losses.safetensors"), losses())
