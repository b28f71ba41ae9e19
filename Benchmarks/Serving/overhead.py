"""What a request takes of the server's processor time beside its stages: to be read, parsed, queued, answered; and the least that
it can take, which is what the system calls of bare_server.c take with caches as cold."""

import pathlib
import re
import subprocess
import tempfile
import time
import urllib.request

import servers

CONNECTIONS = 8
ANSWER_BYTES, WEIGHT_BYTES = 1700, 18_600_000  # Of EfficientNet-Lite0.


def counters(address):
    """Processor seconds, seconds in stages, and requests answered, since the start."""
    text = urllib.request.urlopen(f"{address}/metrics", timeout=30).read().decode()

    def total(name):
        return sum(float(value) for value in re.findall(rf"^{name}(?:{{.*}})? (\S+)$", text, re.MULTILINE))

    answered = re.search(r'^drivetrain_requests_total{.*outcome="ok"} (\S+)$', text, re.MULTILINE)
    return total("process_cpu_seconds_total"), total("drivetrain_stage_busy_seconds_total"), float(answered[1])


def measure(program, image, seconds):
    """Microseconds of each request."""
    server = servers.Drivetrain("overhead", program)
    server.pipeline = lambda _: servers.HERE / "Pipelines/overhead.yaml"
    server.path = "/v2/models/overhead/infer"
    with server.running("lite0", image) as url:
        address = url.removesuffix(server.path)
        load = start_load(program, url, image, seconds)
        # Neither the beginning nor the inference alone that is measured at the end.
        time.sleep(2)
        before = counters(address)
        time.sleep(seconds - 2)
        after = counters(address)
        load.wait()
    processor, stages, requests = (b - a for a, b in zip(before, after))
    return (processor - stages) / requests * 1e6


def bound(program, image, seconds):
    """The same of the bare server."""
    with tempfile.TemporaryDirectory() as folder:
        bare = pathlib.Path(folder) / "bare_server"
        subprocess.run(["cc", "-O2", "-pthread", "-o", bare, servers.HERE / "bare_server.c"], check=True)
        port = servers.free_port()
        sizes = [image.stat().st_size, ANSWER_BYTES, WEIGHT_BYTES]
        server = subprocess.Popen([bare, *map(str, [port, *sizes])], stdout=subprocess.PIPE, text=True)
        time.sleep(0.5)
        start_load(program, f"http://127.0.0.1:{port}/predict", image, seconds).wait()
        server.terminate()
        return float(server.communicate()[0])


def start_load(program, url, image, seconds):
    command = [program, "load", url, "--image", image, "--concurrency", str(CONNECTIONS), "--json", "--duration", str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
