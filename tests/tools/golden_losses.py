"""Losses, their gradients with respect to logits, and the rows of golden losses.safetensors: see make_golden.py.

Every function takes one of the arithmetics and [rows, columns], and returns the loss (the mean over the rows) and its
gradient.
  cross_entropy  -log softmax(logits)[label]
  mse            (logits - target)^2, one column: GLUE's regression
  kl             Hinton, Vinyals, Dean 2015, arXiv 1503.02531, section 2: T^2 KL(softmax(teacher / T) || softmax(logits / T))
  cosine         Sanh et al. 2019, arXiv 1910.01108, section 3: 1 - cos(logits, target)
"""
import numpy as np

from golden_pass import Exact


def log_softmax(do, x):
    shifted = x - x.max(axis=1, keepdims=True)
    e = do.exp(shifted)
    total = do.total(e.T)[:, None]
    return shifted - do.log(total), e / total


def mean(do, values):
    return do.total(values) / do.number(len(values))


def cross_entropy_rows(do, logits, labels):
    """Not averaged: the loss and the gradient of each row."""
    logs, p = log_softmax(do, logits)
    hit = np.zeros_like(p)
    hit[np.arange(len(labels)), labels] = 1
    return -logs[np.arange(len(labels)), labels], p - hit


def cross_entropy(do, logits, labels):
    losses, d = cross_entropy_rows(do, logits, labels)
    return mean(do, losses), d / do.number(len(logits))


def mse(do, logits, target):
    off = logits - target
    return mean(do, off[:, 0] * off[:, 0]), do.number(2) * off / do.number(len(logits))


def kl(do, logits, target, temperature):
    t, rows = do.number(temperature), do.number(len(logits))
    ours, p = log_softmax(do, logits / t)
    theirs, q = log_softmax(do, target / t)
    return mean(do, t * t * do.total((q * (theirs - ours)).T)), t * (p - q) / rows


def cosine(do, logits, target):
    dot, xx, yy = (do.total((a * b).T)[:, None] for a, b in ((logits, target), (logits, logits), (target, target)))
    size = np.sqrt(xx) * np.sqrt(yy)
    d = (dot / size) * logits / xx - target / size
    return mean(do, do.number(1) - (dot / size)[:, 0]), d / do.number(len(logits))


def loss_cases():
    """(name, loss, logits, target): logits of a few units; the last row of the first far apart, where exp overflows if
    nothing is subtracted first."""
    random = np.random.RandomState(20150309)
    draw = lambda *shape: (2 * random.standard_normal(shape)).astype(np.float32)
    far = draw(6, 3)
    far[5] = [90, -90, 1]
    return [
        ("cross_entropy", cross_entropy, far, np.array([0, 1, 2, 2, 1, 2], np.int32)),
        ("mse", mse, draw(5, 1), draw(5, 1)),
        ("kl.1", lambda do, x, y: kl(do, x, y, 1), draw(4, 3), draw(4, 3)),
        ("kl.2.5", lambda do, x, y: kl(do, x, y, 2.5), draw(4, 5), draw(4, 5)),
        ("cosine", cosine, draw(4, 9), draw(4, 9)),
    ]


def check_loss(name, loss, logits, target, gradient, bits):
    """Every element against central differences, extrapolated as in golden_backward.py."""
    do = Exact()
    x, target = (v if v.dtype == np.int32 else v.astype(do.number) for v in (logits, target))
    for i in np.ndindex(x.shape):
        def slope(h):
            up, down = x.copy(), x.copy()
            up[i] += h
            down[i] -= h
            return (loss(do, up, target)[0] - loss(do, down, target)[0]) / (2 * do.number(h))
        seen = slope(2.0**-14) + (slope(2.0**-14) - slope(2.0**-13)) / 3
        if not abs(seen - gradient[i]) <= 2.0**-bits * np.abs(gradient).max():
            raise SystemExit("the gradient of %s differs from differences of the loss: %s instead of %s" %
                             (name, gradient[i], seen))
