"""The servers that are compared: how each is started, and where it takes an image."""

import contextlib
import json
import os
import pathlib
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
RIVALS = ROOT / ".deps/rivals-serving"
PYTHON = RIVALS / "bin/python"


def environment_of(rival):
    """That of a rival which has one of its own."""
    return ROOT / f".deps/rivals-serving-{rival}"


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Server:
    """A server as it is started: a command with a port, and the URL that an image is posted to."""

    path = "/predict"
    headers = {}
    is_ours = False
    process = None

    def __init__(self, name):
        self.name = name

    def command(self, network, port):
        raise NotImplementedError

    def environment(self):
        return {}

    def class_of(self, answer):
        """Of an image, from the bytes of its answer."""
        return json.loads(answer)["class"]

    def processor_seconds(self):
        """What its processes have taken: they are a session of their own."""
        ticks = 0
        for file in pathlib.Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = file.read_text().rsplit(")", 1)[1].split()
                ticks += int(fields[11]) + int(fields[12]) if int(fields[3]) == self.process.pid else 0
        return ticks / os.sysconf("SC_CLK_TCK")

    @contextlib.contextmanager
    def running(self, network, image):
        """The URL, once the server answers an image there; gone when this ends."""
        port = free_port()
        environment = {**os.environ, "NETWORK": network, "PYTHONDONTWRITEBYTECODE": "1", **self.environment()}
        log = RIVALS / f"{self.name.replace(' ', '-')}.log"
        with open(log, "w") as output:
            self.process = process = subprocess.Popen(
                self.command(network, port), env=environment, cwd=HERE, stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, start_new_session=True)
        try:
            url = f"http://127.0.0.1:{port}{self.path.format(network=network)}"
            self.wait(url, process, image, log)
            yield url
        finally:
            self.stop(process)

    def classify(self, url, image):
        """The number of the likeliest class."""
        headers = {"Content-Type": "image/jpeg", **self.headers}
        request = urllib.request.Request(url, image.read_bytes(), headers, method="POST")
        with urllib.request.urlopen(request, timeout=30) as response:
            return self.class_of(response.read())

    def wait(self, url, process, image, log):
        deadline = time.monotonic() + 180
        while True:
            with contextlib.suppress(OSError, urllib.error.URLError):
                self.classify(url, image)
                return
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} does not answer; see {log}")
            time.sleep(0.2)

    def stop(self, process):
        """Ends what it has started, which is a session of its own."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            pass
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class Drivetrain(Server):
    is_ours = True

    def __init__(self, variant, program):
        super().__init__(f"drivetrain {variant}")
        self.variant, self.program = variant, program
        self.path = f"/v2/models/{{network}}-{variant}/infer"

    def pipeline(self, network):
        return HERE / f"Pipelines/{network}-{self.variant}.yaml"

    def command(self, network, port):
        return [self.program, "serve", self.pipeline(network), "--port", str(port)]

    def class_of(self, answer):
        return json.loads(answer)["items"][0]["outputs"][0]["index"]


class Uvicorn(Server):
    def command(self, network, port):
        return [PYTHON, "-m", "uvicorn", "starlette_server:app", "--workers", "2", "--port", str(port),
                "--log-level", "warning", "--no-access-log"]


class Granian(Server):
    def __init__(self, name, application):
        super().__init__(name)
        self.application = application

    def command(self, network, port):
        return [PYTHON, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2",
                "--no-ws", "--log-level", "warning", self.application]


class Mosec(Server):
    path = "/inference"

    def command(self, network, port):
        return [PYTHON, "mosec_server.py", "--address", "127.0.0.1", "--port", str(port), "--timeout", "60000",
                "--log-level", "warning"]


class LitServe(Server):
    def command(self, network, port):
        return [PYTHON, "litserve_server.py", str(port)]


class MLServer(Server):
    def command(self, network, port):
        return [environment_of("mlserver") / "bin/python", "mlserver_server.py", str(port)]


class RayServe(Server):
    def command(self, network, port):
        return [environment_of("ray") / "bin/python", "ray_server.py", str(port)]

    def environment(self):
        """On loopback inside too, with the others' priority, and with a token that isn't kept in the home folder."""
        return {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_worker_niceness": "0",
                "RAY_AUTH_TOKEN": secrets.token_hex()}

    def stop(self, process):
        """By itself first: it ends its workers by others of its processes, and aborts 3 s after SIGTERM."""
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        super().stop(process)


class BentoML(Server):
    def command(self, network, port):
        return [environment_of("bentoml") / "bin/python", "-m", "bentoml", "serve", "bentoml_server:Classify",
                "--host", "127.0.0.1", "--port", str(port)]

    def environment(self):
        return {"BENTOML_DO_NOT_TRACK": "True", "BENTOML_HOME": str(environment_of("bentoml") / "home")}


class Triton(Server):
    """Without its own client libraries: an image is a request of raw bytes."""

    path = "/v2/models/classify/infer"
    headers = {"Content-Type": "application/octet-stream", "Inference-Header-Content-Length": "0"}
    packages = RIVALS / "lib/python3.11/site-packages"

    def command(self, network, port):
        server = self.packages / "pytriton/tritonserver"
        return [server / "bin/tritonserver", "--model-repository", HERE / "triton", "--backend-directory",
                server / "backends", "--http-address", "127.0.0.1", "--http-port", str(port), "--allow-grpc", "false",
                "--allow-metrics", "false", "--log-info", "false"]

    def class_of(self, answer):
        return int.from_bytes(answer[-8:], "little")  # A tensor behind the JSON.

    def environment(self):
        return {"PYTHONPATH": f"{HERE}:{RIVALS}/triton:{self.packages}"}


RIVAL_SERVERS = [
    Triton("triton"), Uvicorn("uvicorn"), Granian("granian", "starlette_server:app"), Mosec("mosec"), LitServe("litserve"),
    MLServer("mlserver"), RayServe("ray serve"), BentoML("bentoml"), Granian("expert", "expert_server:app")]
