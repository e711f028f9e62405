"""A report as a page: what it is made of, and whether it says what its JSON says. Only the standard library."""
import json
import math
import re
from html.parser import HTMLParser

VOID = {"meta", "br", "img", "link", "input", "hr"}
ELEMENTS = {"html", "head", "meta", "title", "style", "body", "nav", "ul", "li", "a", "main", "section", "h1", "h2", "h3", "h4", "p", "dl",
            "div", "dt", "dd", "bdi", "figure", "figcaption", "svg", "desc", "rect", "text", "path", "line", "circle", "use", "defs",
            "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "span", "script"}


class Page(HTMLParser):
    """Collects faults, texts, tables and ids."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.faults, self.ids, self.refs, self.open = [], [], [], []
        self.tables, self.lists, self.headings, self.json, self.style = [], {}, [], None, ""
        self.figures = self.pictures = 0
        self.marks = [] # texts in pictures
        self.feed(text)
        self.close()
        if self.open:
            self.fault("still open at the end: %s" % self.open)
        if len(self.ids) != len(set(self.ids)):
            self.fault("an id is there twice")
        for ref in self.refs:
            if ref not in self.ids:
                self.fault("nothing has the id %s" % ref)

    def fault(self, what):
        self.faults.append("line %d: %s" % (self.getpos()[0], what))

    def inside(self, tag):
        return any(t == tag for t, _ in self.open)

    def handle_starttag(self, tag, attrs):
        if len(dict(attrs)) != len(attrs):
            self.fault("an attribute is there twice in <%s>" % tag)
        a = dict(attrs)
        if tag not in ELEMENTS:
            self.fault("<%s> does not belong into a report" % tag)
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "src", "srcset", "background", "action"):
                self.fault("attribute %s in <%s>" % (name, tag))
            if name == "href" and not (value or "").startswith("#"):
                self.fault("a reference to %s" % value)
        if "id" in a:
            self.ids.append(a["id"])
        self.refs += a.get("aria-labelledby", "").split() + ([a["href"][1:]] if a.get("href", "").startswith("#") else [])
        if tag == "script" and a != {"type": "application/json", "id": "report"}:
            self.fault("a script that is not the JSON")
        if re.fullmatch("h[1-6]", tag):
            level = int(tag[1])
            if level > (self.headings[-1] if self.headings else 0) + 1:
                self.fault("<%s> skips a level" % tag)
            self.headings.append(level)
        if tag == "svg" and not self.inside("svg"):
            self.pictures += a.get("role") == "img"
            if a.get("role") != "img" and a.get("aria-hidden") != "true":
                self.fault("a picture without a role")
        self.figures += tag == "figure"
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("th", "td"):
            self.tables[-1][-1].append("")
        if tag not in VOID and self.get_starttag_text()[-2:] != "/>":
            self.open.append((tag, ""))
        if tag == "dt":
            self.term = ""

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        if not self.open or self.open[-1][0] != tag:
            self.fault("</%s> closes %s" % (tag, self.open[-1][0] if self.open else "nothing"))
            return
        self.open.pop()

    def handle_data(self, data):
        tag = self.open[-1][0] if self.open else ""
        if tag == "script":
            self.json = json.loads(data)
        elif tag == "style":
            self.style += data
        elif self.inside("th") or self.inside("td"):
            self.tables[-1][-1][-1] += data
        elif tag == "text":
            self.marks.append(data)
        elif self.inside("dt"):
            self.term = data
        elif self.inside("dd"):
            self.lists.setdefault(self.term, []).append(data)


# ---- figures as people read them (reports/format.c) ----

def scaled(x, units, suffix=""):
    i = 0
    while i < len(units) - 1 and abs(x) >= 1000 * (1 - 5e-5):
        x, i = x / 1000, i + 1
    unit = units[i] + suffix
    return "%.*f%s" % (2 if abs(x) < 10 else 1, x, " " + unit if unit else "")


SI = ["", "k", "M", "G", "T", "P"]


def count(x):
    return "%.0f" % x if abs(x) < 10000 else scaled(x, SI)


def size(x):
    return "%.0f B" % x if abs(x) < 1000 else scaled(x, SI, "B")


def ns(x):
    return scaled(x, ["ns", "us", "ms", "s"])


def share(x):
    return "%.1f%%" % (100 * x)


def spread(s):
    half = "?" if s["n"] < 6 or s["median"] <= 0 else "%.1f%%" % (100 * (s["ci_high"] - s["ci_low"]) / 2 / s["median"])
    return ns(s["median"]) + " \u00b1 " + half


def absent(form):
    return lambda x: "-" if x is None else x if isinstance(x, str) else form(x)


def score(x):
    return "%.3g" % x


def points(x):
    p = math.floor(100 * 100 * abs(x) + 0.5) / 100 * (1 if x > 0 else -1)
    return "%s%.2f" % ("+" if p > 0 else "", p + 0.0)


COSTS = {"parameters": ("params", count), "share": ("param_share", share), "MACs": ("macs", count), "bytes moved": ("bytes", size),
         "weights": ("weight_bytes", size), "time (median \u00b1 95% CI)": ("time_ns", absent(spread)),
         "share of time": ("time_share", absent(share)), "share of MACs": ("mac_share", share),
         "time/MACs": ("time_per_mac", absent(lambda x: "%.2f" % x)), "FLOP/byte": ("intensity", absent(score)),
         "GFLOP/s": ("gflops", absent(score)), "of ceiling": ("ceiling_share", absent(share)), "kernel": ("kernel", absent(str)),
         "component": ("name", str), "step": ("name", str), "layer": ("layer", str), "metric": ("title", str),
         "value": ("value", absent(lambda x: "%.4f" % x)), "95% from": ("ci_low", absent(lambda x: "%.4f" % x)),
         "class": ("class", absent(str)), "its name": ("label", str), "rows": ("rows", count), "given": ("given", count),
         "right": ("right", count), "heads removed": ("removed", str), "points": ("difference", points), "from": ("ci_low", points)}


def close(shown, want):
    """Equal, or different only by the last digit that is shown, because the JSON is rounded too."""
    if shown == want:
        return True
    number = re.compile(r"-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?")
    a, b = number.findall(shown), number.findall(want)
    if number.sub("#", shown) != number.sub("#", want) or len(a) != len(b):
        return False
    for x, y in zip(number.finditer(shown), number.finditer(want)):
        digits = len(x.group(0).split("e")[0].partition(".")[2])
        exponent = int(x.group(0).partition("e")[2] or 0)
        if abs(float(x.group(0)) - float(y.group(0))) > 1.01 * 10 ** (exponent - digits):
            return False
    return True


def compare_table(name, table, rows, faults):
    """Every column whose title is known, every row."""
    titles, cells = table[0], table[1:]
    if len(cells) != len(rows):
        faults.append("%s: %d rows are shown of %d" % (name, len(cells), len(rows)))
        return 0
    compared = 0
    for shown, row in zip(cells, rows):
        for title, text in zip(titles, shown):
            key, form = COSTS.get(title, (None, None))
            if key not in row:
                continue
            want = form(row[key])
            compared += 1
            if not close(text, want):
                faults.append("%s: %s is shown as %s, the JSON says %s" % (name, title, text, want))
    return compared


def metric(x):
    return "%.4f" % x


def plain(x):
    return str(x)


def truth(x):
    return "yes" if x else "no"


def interval(key, low, high, form):
    return [(key, absent(form)), (low, absent(form)), (high, absent(form))]


# Tables in which titles are there more than once: the columns in their order.
TRIALS = [("number", plain), ("name", plain), ("recipe", lambda x: "; ".join(l for l in x.split("\n") if l and l.lstrip()[0] != "#") or "-")] + \
    interval("quality", "ci_low", "ci_high", metric) + interval("difference", "difference_low", "difference_high", points) + \
    [("bytes", size), ("bytes_share", share), ("macs", count), ("macs_share", share)] + interval("time_ratio", "time_low", "time_high", share) + \
    [("predicted", absent(share)), ("kl", absent(score)), ("frontier_time", truth), ("frontier_bytes", truth)]
COUNTS = [("trial", plain), ("changed", count), ("rows", count), ("shown", count)]
EXAMPLES = [("trial", plain), ("line", plain), ("text", plain), ("label", absent(plain)), ("before", plain), ("before_p", absent(share)),
            ("after", plain), ("after_p", absent(share)), ("outcome", absent(plain))]
PARTS = [("layer", plain), ("component", plain), ("ns_saved", absent(ns)), ("bytes_saved", size)] + \
    interval("lost", "ci_low", "ci_high", points) + [("kl", absent(score)), ("worth", absent(score))]
TREE = [("name", plain), ("share", share), ("self_share", share)]


def compare_columns(page, name, titles, rows, columns):
    table = find_table(page, titles, len(rows))
    if rows and not table:
        page.fault("there is no table of %s" % name)
        return 0
    for shown, row in zip(table[1:], rows):
        for text, (key, form) in zip(shown, columns):
            if not close(text.strip(), form(row[key])):
                page.fault("%s: %s is shown as %s, the JSON says %s" % (name, key, text, form(row[key])))
    return len(rows) * len(columns)


def check_trials(page, j):
    """Trials, changed examples, sensitivity and samples: how many figures were compared."""
    n = 0
    if "compression" in j:
        n += compare_columns(page, "trials", ["trial", "name", "steps"], j["compression"]["trials"], TRIALS)
    if "changed" in j:
        pairs = any(x["pair"] is not None for x in j["changed"]["examples"])
        columns = EXAMPLES[:3] + [("pair", absent(plain))] + EXAMPLES[3:] if pairs else EXAMPLES
        n += compare_columns(page, "counts", ["trial", "other answers"], j["changed"]["counts"], COUNTS)
        n += compare_columns(page, "examples", ["trial", "line"], j["changed"]["examples"], columns)
        if sum(c["shown"] for c in j["changed"]["counts"]) != len(j["changed"]["examples"]):
            page.fault("the counts of changed rows are not those that are shown")
    if "sensitivity" in j:
        n += compare_columns(page, "sensitivity", ["layer", "component", "time saved"], j["sensitivity"]["parts"], PARTS)
    if "samples" in j:
        n += compare_columns(page, "call tree", ["call", "with calls"], j["samples"]["tree"], TREE)
        if sum(s["count"] for s in j["samples"]["stacks"]) != j["samples"]["count"]:
            page.fault("the stacks do not sum to the samples")
    return n


def compare_matrix(name, table, rows, faults):
    for shown, row in zip(table[1:], rows):
        for text, x in zip(shown[1:], row):
            if not close(text, score(x)):
                faults.append("%s: %s is shown for %s" % (name, text, x))
    return sum(len(r) for r in rows)


def find_table(page, titles, rows):
    """The table with these first titles and so many rows."""
    for t in page.tables:
        if t and t[0][:len(titles)] == titles and len(t) == rows + 1:
            return t
    return []


def check_figures(page):
    """How many figures were compared with the JSON."""
    j, n = page.json, 0
    wanted = [("components", ["component", "parameters"], j["components"]), ("layers", ["layer", "parameters"], j["layers"]),
              ("layer_components", ["layer", "component"], j["layer_components"]), ("steps", ["step", "kernel"], j["steps"])]
    if "evaluation" in j:
        wanted += [("metrics", ["metric", "value"], j["evaluation"]["metrics"]), ("classes", ["class", "output"], j["evaluation"]["classes"])]
    if "heads" in j:
        wanted += [("curve", ["heads removed"], j["heads"]["curve"])]
        n += compare_matrix("scores", find_table(page, ["layer", "0"], len(j["heads"]["scores"])), j["heads"]["scores"], page.faults)
    for name, titles, rows in wanted:
        table = find_table(page, titles, len(rows))
        if not table:
            page.fault("there is no table of %s" % name)
        else:
            n += compare_table(name, table, rows, page.faults)
    for i, layer in enumerate(j["layers"]):
        at = page.marks.index("layer %d" % i) if "layer %d" % i in page.marks else -2
        n += 1
        if page.marks[at + 1:at + 2] != [ns(layer["time_ns"]["median"])]:
            page.fault("the bar of layer %d says %s" % (i, page.marks[at + 1:at + 2]))
    n += check_trials(page, j)
    total = j["total"]
    for term, want in (("parameters", count(total["params"])), ("MACs", count(total["macs"])), ("weights", size(total["weight_bytes"])),
                       ("time", spread(total["time_ns"]))):
        n += 1
        if want not in page.lists.get(term, []):
            page.fault("%s is shown as %s, the JSON says %s" % (term, page.lists.get(term), want))
    return n


# ---- colours ----

def luminance(colour):
    c = colour.lstrip("#")
    c = "".join(2 * x for x in c) if len(c) == 3 else c
    parts = [int(c[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(a, b):
    x, y = sorted((luminance(a), luminance(b)))
    return (y + 0.05) / (x + 0.05)


def check_contrast(page):
    """The least contrast of a text with what is behind it, in both themes (WCAG 2.1, 1.4.3)."""
    blocks = re.findall(r":root\{([^}]*--paper[^}]*)\}", page.style)
    if len(blocks) != 2:
        page.fault("the style sheet has not two themes")
        return 0
    light = dict(re.findall(r"--(\w+):(#\w+)", blocks[0]))
    dark = dict(light, **dict(re.findall(r"--(\w+):(#\w+)", blocks[1])))
    least = 21
    for name, v in (("light", light), ("dark", dark)):
        pairs = [(t, b) for t in ("ink", "dim", "link") for b in ("paper", "soft")]
        pairs += [("on", "c%d" % i) for i in range(6)] + [("light" if i < 5 else "dark", "h%d" % i) for i in range(9)]
        for t, b in pairs:
            c = contrast(v[t], v[b])
            least = min(least, c)
            if c < 4.5:
                page.fault("%s: text %s on %s has a contrast of %.2f" % (name, t, b, c))
    return least


# ---- colours as they are seen without one kind of cone (Machado, Oliveira, Fernandes 2009, severity 1) ----

SIGHT = {"all": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
         "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
         "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
         "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]}


def lab(colour, sight):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    r, g, b = (sum(m * p for m, p in zip(row, parts)) for row in sight)
    xyz = ((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505, 0.2126 * r + 0.7152 * g + 0.0722 * b,
           (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089)
    x, y, z = (max(t, 0) ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def check_palette(page):
    """The least distance of two components' colours (CIE 1976), for every kind of sight; 2.3 can just be told apart side by side."""
    colours = dict(re.findall(r"--(c\d):(#\w+)", page.style))
    least = 100
    for name, sight in SIGHT.items():
        seen = {c: lab(v, sight) for c, v in colours.items()}
        for a in seen:
            for b in seen:
                if a < b:
                    d = math.dist(seen[a], seen[b])
                    least = min(least, d)
                    if d < 12:
                        page.fault("%s and %s look alike (%.1f) with %s" % (a, b, d, name))
    if len(colours) != 6:
        page.fault("the components have %d colours" % len(colours))
    return least
