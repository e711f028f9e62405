#!/usr/bin/env python3
"""An independent BERT tokenizer, written from the published algorithm with Python's own Unicode data.

    tokenizer_oracle.py VOCAB [--cased] [--random N] [--seed S] [FILE...]

Prints one JSON object a line, {"text": ..., "ids": [...]}, for N random texts and for the lines of the files. Random
texts hold only characters that have had one category from Unicode 3.2 on, because every library has tables of its own
year; they are as nasty as that allows.
"""
import argparse
import json
import random
import sys
import unicodedata

MAX_CHARS = 100
SPECIAL = ("[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]")
IDEOGRAPHS = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
              (0x2B920, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F))


def clean(text):
    out = []
    for c in text:
        if c in "\t\n\r" or (c.isspace() and unicodedata.category(c) not in ("Cc", "Cf")):
            out.append(" ")
        elif c != "\ufffd" and unicodedata.category(c) not in ("Cc", "Cf", "Co"):
            out.append(c)
    return "".join(out)


def space_ideographs(text):
    return "".join(" %s " % c if any(a <= ord(c) <= b for a, b in IDEOGRAPHS) else c for c in text)


def fold(text):
    text = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    return "".join(c.lower() for c in text)


def is_punctuation(c):
    if ord(c) < 128:
        return c in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
    return unicodedata.category(c).startswith("P")


def split_words(text):
    for piece in text.split():
        word = ""
        for c in piece:
            if is_punctuation(c):
                if word:
                    yield word
                yield c
                word = ""
            else:
                word += c
        if word:
            yield word


def word_pieces(word, vocab):
    if len(word) > MAX_CHARS:
        return ["[UNK]"]
    pieces, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocab:
                break
        else:
            return ["[UNK]"]
        pieces.append(piece)
        start = end
    return pieces


def cut_specials(text):
    """Text and special tokens in their order; the leftmost comes first."""
    while text:
        at, token = min(((text.find(s), s) for s in SPECIAL if s in text), default=(len(text), ""))
        if at:
            yield text[:at], None
        if token:
            yield None, token
        text = text[at + len(token):]


def encode(text, vocab, cased):
    ids = [vocab["[CLS]"]]
    for part, token in cut_specials(text):
        if token:
            ids.append(vocab[token])
            continue
        part = space_ideographs(clean(part))
        for word in split_words(part if cased else fold(part)):
            ids += [vocab[p] for p in word_pieces(word, vocab)]
    return ids + [vocab["[SEP]"]]


def old_characters():
    old = unicodedata.ucd_3_2_0
    chars = [chr(c) for c in range(0x110000) if old.category(chr(c)) not in ("Cn", "Cs")]
    return [c for c in chars if old.category(c) == unicodedata.category(c) and old.normalize("NFD", c) ==
            unicodedata.normalize("NFD", c)]


def random_text(rng, chars, groups, entries):
    text = ""
    for _ in range(rng.randrange(40)):
        kind = rng.randrange(8)
        if kind == 0:
            text += rng.choice(chars)
        elif kind == 1:
            text += rng.choice(groups[rng.choice(list(groups))])
        elif kind == 2:
            text += rng.choice(SPECIAL)[:rng.randrange(2, 9)]
        elif kind == 3:
            text += rng.choice(entries).removeprefix("##").upper()
        elif kind == 4:
            text += rng.choice("ab\u00e9\u0130\u03a3\u4e2d") * rng.choice((1, 2, 99, 100, 101))
        elif kind == 5:
            text += rng.choice(" \t\r\n\u00a0\u2003\u2028\u3000")
        else:
            text += rng.choice(entries).removeprefix("##")
    return text


def random_texts(n, seed, vocab):
    rng, chars, groups = random.Random(seed), old_characters(), {}
    for c in chars:
        groups.setdefault(unicodedata.category(c), []).append(c)
    entries = sorted(t for t in vocab if t and all(c in groups.get(unicodedata.category(c), ()) for c in set(t)
                                                   if ord(c) > 0x7f))
    return [random_text(rng, chars, groups, entries) for _ in range(n)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("vocab")
    parser.add_argument("--cased", action="store_true")
    parser.add_argument("--random", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("files", nargs="*")
    args = parser.parse_intermixed_args()
    with open(args.vocab, encoding="utf-8") as f:
        vocab = {line.rstrip("\n"): i for i, line in enumerate(f)}
    texts = random_texts(args.random, args.seed, vocab) if args.random else []
    for name in args.files:
        with open(name, encoding="utf-8", newline="\n") as f:
            texts += [line.rstrip("\n") for line in f]
    for text in texts:
        json.dump({"text": text, "ids": encode(text, vocab, args.cased)}, sys.stdout)
        print()


if __name__ == "__main__":
    main()
