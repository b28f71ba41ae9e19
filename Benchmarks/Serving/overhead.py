"""What a request takes of the server's processor time beside its stages: to be read, parsed, queued, answered."""

import re
import subprocess
import time
import urllib.request

import servers

CONNECTIONS = 8


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
        load = subprocess.Popen(
            [program, "load", url, "--image", image, "--concurrency", str(CONNECTIONS), "--json", "--duration",
             str(seconds)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # Neither the beginning nor the inference alone that is measured at the end.
        time.sleep(2)
        before = counters(address)
        time.sleep(seconds - 2)
        after = counters(address)
        load.wait()
    processor, stages, requests = (b - a for a, b in zip(before, after))
    return (processor - stages) / requests * 1e6
