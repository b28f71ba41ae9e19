"""Drives the page at /try in a browser, as somebody with a photograph would.

    try_page.py BROWSER URL PROFILE PHOTOGRAPH SCREENSHOT [WIDTH HEIGHT [TOKEN]]

Speaks the DevTools protocol over two pipes. Prints one JSON object: the page's state, its texts, the
picture's size, and what the browser's console said.
"""

import base64
import json
import os
import subprocess
import sys
import time

SECONDS = 120


class Browser:
    def __init__(self, program, profile):
        to_browser, self.writer = os.pipe()
        self.reader, from_browser = os.pipe()

        def take_over():
            # The browser reads from descriptor 3 and writes to 4.
            os.dup2(to_browser, 30)
            os.dup2(from_browser, 31)
            os.dup2(30, 3)
            os.dup2(31, 4)

        self.process = subprocess.Popen(
            [
                program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank",
            ],
            preexec_fn=take_over, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self.rest, self.number, self.console = b"", 0, []

    def message(self):
        while b"\0" not in self.rest:
            piece = os.read(self.reader, 1 << 16)
            if not piece:
                sys.exit("the browser has ended")
            self.rest += piece
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        self.number += 1
        call = {"id": self.number, "method": method, "params": parameters}
        if session:
            call["sessionId"] = session
        os.write(self.writer, json.dumps(call).encode() + b"\0")
        while True:
            message = self.message()
            if message.get("id") == self.number:
                if "error" in message:
                    sys.exit(f"{method}: {message['error']}")
                return message["result"]
            if message.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"):
                self.console.append(message["params"])


def main(program, url, profile, photograph, screenshot, width="1280", height="800", token=None):
    browser = Browser(program, profile)
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def call(method, **parameters):
        return browser.call(method, session, **parameters)

    def value(expression):
        result = call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        return result["result"].get("value")

    def wait(expression):
        for _ in range(SECONDS * 10):
            if value(expression):
                return
            time.sleep(0.1)
        sys.exit(f"{expression} isn't so after {SECONDS} s: {value('document.body.innerText')}")

    for domain in ("Page", "Runtime", "Log", "DOM"):
        call(f"{domain}.enable")
    call(
        "Emulation.setDeviceMetricsOverride",
        width=int(width), height=int(height), deviceScaleFactor=1, mobile=int(width) < 600,
    )
    call("Page.navigate", url=url)
    if token:
        wait("document.getElementById('ask') && !document.getElementById('ask').hidden")
        value(f"document.getElementById('token').value = {json.dumps(token)}")
        value("document.getElementById('ask').requestSubmit()")
    wait("document.body && document.body.dataset.state === 'ready'")
    root = call("DOM.getDocument")["root"]["nodeId"]
    file = call("DOM.querySelector", nodeId=root, selector="#file")["nodeId"]
    call("DOM.setFileInputFiles", nodeId=file, files=[photograph])
    wait("['done', 'failed'].includes(document.body.dataset.state)")
    picture = "document.getElementById('picture')"
    wait(f"{picture}.complete")
    report = {
        "state": value("document.body.dataset.state"),
        "text": value("document.body.innerText"),
        "pictureWidth": value(f"{picture}.naturalWidth"),
        "overflows": value("document.documentElement.scrollWidth > innerWidth"),
        # Failed requests are in it, too, which the page itself speaks of.
        "console": [str(said) for said in browser.console if said.get("entry", {}).get("source") != "network"],
    }
    image = call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
    with open(screenshot, "wb") as output:
        output.write(base64.b64decode(image["data"]))
    browser.call("Browser.close")
    print(json.dumps(report))


main(*sys.argv[1:])
