"""Chromium without a window, driven over its debugging pipe."""
import base64
import json
import os
import subprocess
import time

# What a page must be able to say about itself, in each form it is shown in.
QUESTIONS = """(() => {
    const faults = [], root = document.documentElement;
    if (root.scrollWidth > root.clientWidth + 1)
        faults.push("is " + root.scrollWidth + " wide in " + root.clientWidth);
    if (document.scripts.length !== 1)
        faults.push(document.scripts.length + " scripts");
    const lum = c => c.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
    const rgb = s => s.match(/[0-9.]+/g).map(Number);
    const paper = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0) return c; }
        return [255, 255, 255]; };
    let texts = 0, least = 21;
    for (const e of document.querySelectorAll("h1,h2,h3,p,dt,dd,th,td,a,summary,summary span,figcaption,li")) {
        if (!e.textContent.trim() || !e.getClientRects().length) continue;
        const [x, y] = [lum(rgb(getComputedStyle(e).color).slice(0, 3)), lum(paper(e).slice(0, 3))].sort((p, q) => p - q);
        least = Math.min(least, (y + 0.05) / (x + 0.05));
        texts++;
    }
    if (least < 4.5) faults.push("a contrast of " + least.toFixed(2));
    if (texts < 30) faults.push("only " + texts + " texts");
    for (const p of document.querySelectorAll("svg.plot")) {
        const r = p.getBoundingClientRect();
        if (r.width < 100 || r.height < 40) faults.push("a picture of " + r.width + " x " + r.height);
    }
    const first = document.querySelector("details");
    if (first) { first.open = true; if (first.getBoundingClientRect().height < 40) faults.push("a folded table does not unfold"); first.open = false; }
    return faults;
})()"""


class Browser:
    def __init__(self, program, folder):
        self.folder, self.number, self.events, self.buffer = folder, 0, [], b""
        to_browser, self.write_end = os.pipe()
        self.read_end, from_browser = os.pipe()
        os.set_inheritable(to_browser, True)
        os.set_inheritable(from_browser, True)

        def pipes():
            a, b = os.dup(to_browser), os.dup(from_browser)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe",
             "--user-data-dir=" + os.path.join(folder, "profile"), "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=False, preexec_fn=pipes)
        os.close(to_browser)
        os.close(from_browser)
        target = self.call("Target.createTarget", {"url": "about:blank"}, session=None)["targetId"]
        self.session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True}, session=None)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close", session=None)
        except (OSError, EOFError):
            pass
        self.process.wait(timeout=20)

    def message(self):
        while b"\0" not in self.buffer:
            piece = os.read(self.read_end, 1 << 16)
            if not piece:
                raise EOFError("the browser ended")
            self.buffer += piece
        text, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(text)

    def call(self, method, parameters=None, session=""):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters or {}}
        if session is not None:
            request["sessionId"] = session or self.session
        os.write(self.write_end, json.dumps(request).encode() + b"\0")
        while True:
            m = self.message()
            if m.get("id") == self.number:
                if "error" in m:
                    raise OSError("%s: %s" % (method, m["error"]["message"]))
                return m["result"]
            self.events.append(m)

    def wait_for(self, method):
        while not any(m.get("method") == method for m in self.events):
            self.events.append(self.message())

    def show(self, url, width, dark):
        self.call("Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
        self.call("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        self.events = []
        self.call("Page.navigate", {"url": url})
        self.wait_for("Page.loadEventFired")

    def heard(self, url):
        """Messages on the console, and requests for anything but the page."""
        for m in self.events:
            p = m.get("params", {})
            if m.get("method") == "Log.entryAdded":
                yield "the console says: " + p["entry"]["text"]
            elif m.get("method") in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown"):
                yield "the console says: " + json.dumps(p)[:200]
            elif m.get("method") == "Page.javascriptDialogOpening":
                yield "a dialog: " + p["message"]
            elif m.get("method") == "Network.requestWillBeSent" and p["request"]["url"].split("#")[0] != url:
                yield "a request for " + p["request"]["url"]

    def picture(self, name):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        data = self.call("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True,
                                                    "clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}})["data"]
        with open(os.path.join(self.folder, name), "wb") as f:
            f.write(base64.b64decode(data))

    def look_at(self, path):
        url, faults = "file://" + os.path.abspath(path), []
        for name, width, dark in (("light", 1200, False), ("dark", 1200, True), ("narrow", 400, False)):
            self.show(url, width, dark)
            answer = self.call("Runtime.evaluate", {"expression": QUESTIONS, "returnByValue": True})["result"]
            faults += ["%s: %s" % (name, f) for f in answer.get("value", [answer.get("description", "no answer")])]
            self.picture("%s-%s.png" % (os.path.splitext(os.path.basename(path))[0], name))
            time.sleep(0.05)
            self.call("Runtime.evaluate", {"expression": "1"}) # whatever was still to be heard has come
            faults += ["%s: %s" % (name, f) for f in self.heard(url)]
        pdf = base64.b64decode(self.call("Page.printToPDF", {"printBackground": False, "preferCSSPageSize": True})["data"])
        with open(os.path.splitext(path)[0] + ".pdf", "wb") as f:
            f.write(pdf)
        if not pdf.startswith(b"%PDF") or len(pdf) < 20000:
            faults.append("printed: a PDF of %d bytes" % len(pdf))
        return faults
