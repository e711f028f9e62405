#!/usr/bin/env python3
"""Fits the polynomials and the quotient of polynomials of kernels/vec_math.inc (NumPy only) and prints them with their error.

Minimax in the weighted maximum norm by Lawson's iteration (reweighted least squares) on Chebyshev points, in double.
Coefficients are then rounded to float, one after the other from the lowest: after each rounding the rest is fitted
again, so later coefficients make up for the rounding of earlier ones. The printed error is that of the rounded
polynomial in exact arithmetic; what float evaluation adds is bounded by tests/conform/check_activate.c.
"""
import math

import numpy as np

POINTS, ITERATIONS = 3000, 40


def chebyshev(low, high):
    k = np.arange(POINTS)
    return (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * (2 * k + 1) / (2 * POINTS))


def minimax(basis, target, weight):
    share = np.full(POINTS, 1 / POINTS)
    for _ in range(ITERATIONS):
        scale = np.sqrt(share) * weight
        coefficients = np.linalg.lstsq(basis * scale[:, None], target * scale, rcond=None)[0]
        share *= np.abs((basis @ coefficients - target) * weight)
        share /= share.sum()
    return coefficients


def fit(name, target, weight, low, high, powers, variable=lambda x: x):
    """target(x) ~ sum c[i] variable(x)^powers[i] on [low, high] with least max |weight(x) error(x)|."""
    x = chebyshev(low, high)
    basis = np.stack([variable(x) ** p for p in powers], axis=1)
    y, w, fixed = target(x), weight(x), []
    rest = y.copy()
    for i in range(len(powers)):
        c = np.float32(minimax(basis[:, i:], rest, w)[0])
        fixed.append(c)
        rest = rest - float(c) * basis[:, i]
    print(f"{name}: [{low:.6g}, {high:.6g}], error 2^{math.log2(np.abs(rest * w).max()):.2f}")
    for c in fixed:
        print(f"    {float(c).hex()}f")


def fit_quotient(name, target, high, count, below):
    """target(x) ~ x P(x^2) / Q(x^2) on [0, high] with least max |error|: P of `count` coefficients, Q of 1 and `below` more.
    P - target Q is fitted, over the Q of the round before."""
    x = chebyshev(0, high)
    y, u, share, q = target(x), (x / high) ** 2, np.full(POINTS, 1 / POINTS), np.ones(POINTS)
    basis = np.stack([x * u**i for i in range(count)] + [-y * u ** (i + 1) for i in range(below)], axis=1)
    for _ in range(20):
        for _ in range(2 * ITERATIONS):
            scale = np.sqrt(share) / q
            c = np.linalg.lstsq(basis * scale[:, None], y * scale, rcond=None)[0]
            over = 1 + np.stack([u ** (i + 1) for i in range(below)], axis=1) @ c[count:]
            error = np.abs(basis[:, :count] @ c[:count] / over - y)
            share *= error
            share /= share.sum()
        q = over
    print(f"{name}: [0, {high:.6g}], error 2^{math.log2(error.max()):.2f}")
    for i, value in enumerate(c):
        power = i if i < count else i - count + 1
        print(f"    {'P' if i < count else 'Q'}[{power}] {float(np.float32(value / high ** (2 * power))).hex()}f")


def main():
    half = math.log(2) / 2 * 1.001
    fit("exp(x) - 1 - x over x^2, relative to exp", lambda x: (np.expm1(x) - x) / x**2,
        lambda x: x**2 / np.exp(x), -half, half, range(5))
    fit_quotient("erf(x)", np.vectorize(math.erf), 3.92, 6, 5)
    fit("tanh(x)/x - 1 over x^2 in x^2, relative", lambda x: (np.tanh(x) / x - 1) / x**2,
        lambda x: x**3 / np.tanh(x), 1e-2, 0.625, range(5), lambda x: x**2)


if __name__ == "__main__":
    main()
