# SPDX-License-Identifier: BSD-2-Clause
# Drives a headless Chromium over the pipe of its DevTools protocol: load, keys, pointer, pictures.
# Written for Kestrel; needs nothing but the browser.
"""with Browser() as browser: page = browser.page("file:///..."); page.evaluate("1 + 1")"""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

# A hang detector for each answer of the browser.
LIMIT = 120
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
SWITCHES = ("--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars")
# Keys whose names are not their characters, with their codes.
NAMED = {"Enter": 13, "Escape": 27, " ": 32, "PageUp": 33, "PageDown": 34, "End": 35, "Home": 36,
         "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Tab": 9}
SHIFT = 8


class Browser:
    """A browser of its own, with a profile that goes with it."""

    def __init__(self):
        program = next(filter(None, map(shutil.which, PROGRAMS)), None)
        assert program, "no Chromium here; scripts/setup installs one"
        self.profile = tempfile.TemporaryDirectory(prefix="kestrel-browser-",
                                                   ignore_cleanup_errors=True)
        theirs_in, self.outgoing = os.pipe()
        self.incoming, theirs_out = os.pipe()

        def place():
            # Both may stand where the other belongs, so they go out of the way first.
            moved = os.dup(theirs_in), os.dup(theirs_out)
            os.dup2(moved[0], 3)
            os.dup2(moved[1], 4)

        self.process = subprocess.Popen(
            [program, *SWITCHES, f"--user-data-dir={self.profile.name}"], preexec_fn=place,
            pass_fds=(3, 4), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={**os.environ, "HOME": self.profile.name})
        os.close(theirs_in)
        os.close(theirs_out)
        self.buffer, self.number, self.events = b"", 0, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.outgoing)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.incoming)
        self.profile.cleanup()

    def _receive(self, deadline):
        while b"\0" not in self.buffer:
            left = deadline - time.monotonic()
            ready, _, _ = select.select([self.incoming], [], [], max(0, left))
            data = os.read(self.incoming, 1 << 20) if ready else b""
            assert data, "the browser gives no answer"
            self.buffer += data
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        """One command of the protocol; its result. Events meanwhile are kept."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.outgoing, data):]
        deadline = time.monotonic() + LIMIT
        while True:
            answer = self._receive(deadline)
            if answer.get("id") == self.number:
                assert "error" not in answer, f"{method}: {answer.get('error')}"
                return answer["result"]
            self.events.append(answer)

    def page(self, url, width=1280, height=800, scheme="light"):
        """A tab with that address; its script has run as far as it goes at once."""
        return Page(self, url, width, height, scheme)


class Page:
    """A tab."""

    def __init__(self, browser, url, width, height, scheme):
        self.browser = browser
        self.target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=self.target,
                                    flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.size(width, height)
        self.scheme(scheme)
        self.call("Page.navigate", url=url)

    def call(self, method, **parameters):
        """A command to this tab."""
        return self.browser.call(method, self.session, **parameters)

    def size(self, width, height):
        """The size of the window, in pixels."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)

    def scheme(self, name):
        """What the user prefers: light or dark."""
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": name}])

    def evaluate(self, expression):
        """The value of an expression, awaited when it is a promise."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        assert "exceptionDetails" not in result, f"{expression}: {result['exceptionDetails']}"
        return result["result"].get("value")

    def wait(self, expression):
        """Until an expression is true."""
        deadline = time.monotonic() + LIMIT
        while not self.evaluate(f"document.documentElement !== null && ({expression})"):
            assert time.monotonic() < deadline, f"never true: {expression}"
            time.sleep(0.05)

    def settle(self):
        """Until what has been asked for is drawn."""
        self.evaluate("new Promise((done) => requestAnimationFrame(() => "
                      "requestAnimationFrame(() => done(true))))")

    def key(self, name, shift=False):
        """Press and release a key."""
        text = {"text": name} if len(name) == 1 else {"text": "\r"} if name == "Enter" else {}
        what = {"key": name, "windowsVirtualKeyCode": NAMED.get(name, ord(name[0].upper())),
                "modifiers": SHIFT if shift else 0}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **what,
                  **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", **what)
        self.settle()

    def type(self, text):
        """Type into what has the focus."""
        self.call("Input.insertText", text=text)
        self.settle()

    def mouse(self, kind, x, y, **more):
        """A pointer event: mouseMoved, mousePressed, mouseReleased, mouseWheel."""
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def click(self, x, y, modifiers=0):
        """Press and release the first button."""
        for kind in ("mousePressed", "mouseReleased"):
            self.mouse(kind, x, y, button="left", clickCount=1, modifiers=modifiers)
        self.settle()

    def drag(self, x0, y0, x1, y1, modifiers=0):
        """Press at one place, move, release at another."""
        self.mouse("mousePressed", x0, y0, button="left", clickCount=1, modifiers=modifiers)
        for part in (0.5, 1):
            self.mouse("mouseMoved", x0 + (x1 - x0) * part, y0 + (y1 - y0) * part, button="left",
                       buttons=1, modifiers=modifiers)
        self.mouse("mouseReleased", x1, y1, button="left", clickCount=1, modifiers=modifiers)
        self.settle()

    def picture(self, path):
        """A PNG of what is to be seen."""
        self.settle()
        data = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def complaints(self):
        """What the page has thrown, said on the console or asked of the network so far."""
        self.evaluate("1")
        found = []
        for event in self.browser.events:
            method, what = event.get("method"), event.get("params", {})
            if event.get("sessionId") != self.session:
                continue
            if method in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"):
                found.append(f"{method}: {json.dumps(what)[:600]}")
            elif method == "Network.requestWillBeSent":
                url = what["request"]["url"]
                if not url.startswith(("file:", "data:", "about:")):
                    found.append(f"asks for {url}")
        return found
