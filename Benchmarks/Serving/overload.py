"""Twice as many requests as the server can answer, for a minute: what is answered, when, and what it takes of memory."""

import json
import pathlib
import re
import subprocess
import threading
import urllib.request

import servers

MIX = "small=0.6,medium=0.3,large=0.1"
DEADLINE_MS = 500


class Memory:
    """The highest resident memory of a process while this runs, in bytes."""

    def __init__(self, pid):
        self.status, self.highest, self.ended = pathlib.Path(f"/proc/{pid}/status"), 0, threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    def watch(self):
        while not self.ended.wait(0.2):
            self.highest = max(self.highest, int(re.search(r"VmRSS:\s+(\d+)", self.status.read_text())[1]) << 10)


def measure(program, images, seconds):
    """Prints what was measured."""
    server = servers.Drivetrain("onnxruntime", program)
    with server.running("lite0", images[0]) as url:

        def load(*arguments, duration, files=images):
            command = [program, "load", url, "--json", "--duration", str(duration), "--image", *files, *arguments]
            return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

        def memory():
            return Memory(server.process.pid)

        alone = load("--concurrency", "1", duration=3, files=images[:1])["latency_ms"]["p50"]
        capacity = load("--concurrency", "32", "--mix", MIX, duration=15)["throughput"]
        with memory() as half:
            load("--rate", f"{capacity / 2}", "--mix", MIX, duration=15)
        url += f"?timeout_us={DEADLINE_MS * 1000}"
        with memory() as twice:
            report = load("--rate", f"{capacity * 2}", "--mix", MIX, duration=seconds)
        live = json.load(urllib.request.urlopen(url.split("/v2/")[0] + "/v2/live", timeout=30))
        inside = live["pipelines"][0]["last_minute"]["latency_ms"]["p99"]
        after = load("--concurrency", "1", "--warm-up", "0", duration=0.1, files=images[:1])["latency_ms"]["max"]
    print(f"\ntwice the capacity of {capacity:.1f} requests/s ({MIX}) for {seconds} s, deadline {DEADLINE_MS} ms:")
    print(f"  answered ÷ capacity          {report['throughput'] / capacity:.3f}   ({report['errors']})")
    print(f"  p99 of answers               {report['latency_ms']['p99']:.0f} ms since due, "
          f"{inside:.0f} ms in the server")
    print(f"  memory ÷ that at half load   {twice.highest / half.highest:.3f}   "
          f"({half.highest / 2**20:.0f} → {twice.highest / 2**20:.0f} MiB)")
    print(f"  small image alone            {alone:.1f} ms before, {after:.1f} ms at most after")
