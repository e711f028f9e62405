"""report.py BERTSCOPE FOLDER: writes reports and looks at them, also in Chromium if it is there. Exit 77 = skipped in part."""
import csv
import json
import math
import os
import shutil
import struct
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import browser
import page

BERTSCOPE, FOLDER = os.path.abspath(sys.argv[1]), sys.argv[2]
LIMIT_BYTES = 300000
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&|`\u202e\u200f\u05d0\u001b[31m"
faults = []


def fail(what):
    faults.append(what)
    print("FAIL:", what)


def run(*arguments, code=0):
    result = subprocess.run([BERTSCOPE.encode()] + [a if isinstance(a, bytes) else a.encode() for a in arguments], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if result.returncode != code:
        fail("exit %d of %s: %s" % (result.returncode, arguments, result.stderr))
    return result.stdout.decode("utf-8")


def path(name):
    return os.path.join(FOLDER, name)


# ---- a model whose names are hostile ----

def write_model(folder):
    hidden, ffn, positions = 8, 16, 16
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "film"]
    os.mkdir(folder)
    with open(os.path.join(folder, b"vocab.txt"), "w") as f:
        f.write("\n".join(words) + "\n")
    with open(os.path.join(folder, b"config.json"), "w") as f:
        json.dump({"model_type": "bert", "architectures": ["BertForSequenceClassification"], "hidden_size": hidden, "num_hidden_layers": 2,
                   "num_attention_heads": 2, "intermediate_size": ffn, "vocab_size": len(words), "max_position_embeddings": positions,
                   "type_vocab_size": 2, "id2label": {"0": HOSTILE, "1": "good"}, "label2id": {HOSTILE: 0, "good": 1}}, f)
    shapes = {"bert.embeddings.word_embeddings.weight": [len(words), hidden], "bert.embeddings.position_embeddings.weight": [positions, hidden],
              "bert.embeddings.token_type_embeddings.weight": [2, hidden], "bert.pooler.dense.weight": [hidden, hidden],
              "bert.pooler.dense.bias": [hidden], "classifier.weight": [2, hidden], "classifier.bias": [2], HOSTILE: [3]}
    norms = ["bert.embeddings.LayerNorm"]
    for i in range(2):
        layer = "bert.encoder.layer.%d." % i
        for name in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            shapes.update({layer + name + ".weight": [hidden, hidden], layer + name + ".bias": [hidden]})
        shapes.update({layer + "intermediate.dense.weight": [ffn, hidden], layer + "intermediate.dense.bias": [ffn],
                       layer + "output.dense.weight": [hidden, ffn], layer + "output.dense.bias": [hidden]})
        norms += [layer + "attention.output.LayerNorm", layer + "output.LayerNorm"]
    for name in norms:
        shapes.update({name + ".weight": [hidden], name + ".bias": [hidden]})
    header, data = {}, b""
    for k, (name, shape) in enumerate(shapes.items()):
        n = math.prod(shape)
        values = [math.sin(0.7 * i + k) * 0.5 for i in range(n)]
        if name == "classifier.bias":
            values[0] += 0.3226 # nearly undecided about these rows, so that a recipe changes answers
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + 4 * n]}
        data += struct.pack("<%df" % n, *values)
    text = json.dumps(header).encode()
    with open(os.path.join(folder, b"model.safetensors"), "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def write_rows(name):
    with open(name, "wb") as f:
        for i in range(12):
            f.write((HOSTILE if i % 3 else "good").encode() + b"\tgood <b>film</b> \xff\xfe " + b"bad" * (i % 4) + b"\n")


# ---- the same in every form ----

def flat(value, prefix=""):
    """Every value of the JSON under the name it has in the CSV."""
    if isinstance(value, dict):
        for key, v in value.items():
            yield from flat(v, prefix + "." + key if prefix else key)
    elif isinstance(value, list):
        for i, v in enumerate(value):
            yield from flat(v, "%s.%d" % (prefix, i))
    else:
        yield prefix, value


def check_csv(text, j, name):
    want, seen = dict(flat(j)), {}
    for row in csv.DictReader(text.splitlines()):
        key = ".".join(x for x in (row["part"], row["row"], row["key"]) if x != "")
        seen[key] = row["value"]
    for key, value in want.items():
        if key == "schema":
            continue
        text = seen.get(key)
        if isinstance(value, bool) or value is None:
            same = text == ("" if value is None else str(value).lower())
        elif isinstance(value, (int, float)):
            same = text not in (None, "") and math.isclose(float(text), value, rel_tol=1e-8, abs_tol=1e-300)
        else:
            same = text in (value, "'" + value)
        if not same and not (isinstance(value, str) and "\\x" in (text or "")):
            fail("%s: the CSV has %s = %s, the JSON %s" % (name, key, text, value))
            return
    if len(want) < 100:
        fail("%s: only %d values in the JSON" % (name, len(want)))


def same(a, b):
    if isinstance(a, (int, float)) and isinstance(b, (int, float)) and not isinstance(a, bool):
        return math.isclose(a, b, rel_tol=1e-5, abs_tol=1e-300) # differences of nearly equal rounded figures
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    return a == b


def write_recipes():
    texts = {"half-heads": "prune-heads fraction=0.5 by=magnitude\n", "<b>int4 & '\u202e": "# hostile\nint4\nprune-neurons fraction=0.5 by=magnitude\n",
             "int8": "int8\n", "one-layer": "prune-layers count=1 from=bottom\n"}
    for name, text in texts.items():
        with open(path(name + ".recipe"), "w") as f:
            f.write(text)
    return [word for name in texts for word in ("--recipe", path(name + ".recipe"))]


def check_report(name, *arguments, parts=()):
    html = path(name + ".html")
    run("report", *arguments, "-o", html, "--csv", path(name + ".csv"), "--markdown", path(name + ".md"))
    with open(html, encoding="utf-8") as f:
        text = f.read()
    p = page.Page(text)
    compared, least, distance = page.check_figures(p), page.check_contrast(p), page.check_palette(p)
    for fault in p.faults[:10]:
        fail("%s: %s" % (name, fault))
    if any(c in text for c in "\u202e\u200f\x1b"):
        fail("%s: a control character or a direction mark is left" % name)
    if len(text.encode()) > LIMIT_BYTES:
        fail("%s has %d bytes" % (name, len(text.encode())))
    for part in parts:
        if part not in p.json:
            fail("%s: there is no %s" % (name, part))
    if p.figures < 5 or p.pictures != p.figures:
        fail("%s: %d pictures in %d figures" % (name, p.pictures, p.figures))
    again = json.loads(run("report", "--from-report", html, "--json"))
    if not same(again, p.json):
        fail("%s: what --from-report reads is not what the page holds" % name)
    with open(path(name + ".csv"), encoding="utf-8", newline="") as f:
        check_csv(f.read(), p.json, name)
    for i in range(2):
        run("report", "--from-report", html, "-o", path("%s-%d.html" % (name, i)))
    if open(path(name + "-0.html"), "rb").read() != open(path(name + "-1.html"), "rb").read():
        fail("%s: the same report gives other bytes" % name)
    print("%s: %d bytes, %d figures as in the JSON, least contrast %.2f, least distance of colours %.1f" %
          (name, len(text.encode()), compared, least, distance))
    return html


def main():
    folder = FOLDER.encode() + b"/<b>m\xff\xe2\x80\xae\"'&"
    write_model(folder)
    write_rows(path("rows.tsv"))
    recipes = write_recipes()
    everything = ("compression", "changed", "sensitivity", "samples")
    pages = [check_report("bert-base", "preset:bert-base", "--budget", "0.2", "--samples", parts=["samples"]),
             check_report("demo", "demo", "--budget", "0.2", "--rows", "60", *recipes, "--sensitivity", "int4", "--samples", parts=everything),
             check_report("hostile", folder, "--budget", "0.05", "--data", path("rows.tsv"), "--task", "plain", *recipes, "--sensitivity", "int4",
                          "--samples", parts=everything)]
    with open(path("hostile.html"), encoding="utf-8") as f:
        if "&lt;b&gt;film" not in f.read():
            fail("hostile: no row of it is told")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        print("skipped: no chromium, so the pages were read but not looked at")
        return 1 if faults else 77
    with browser.Browser(chromium, FOLDER) as b:
        for html in pages:
            for fault in b.look_at(html):
                fail("%s: %s" % (os.path.basename(html), fault))
    return 1 if faults else 0


sys.exit(main())
