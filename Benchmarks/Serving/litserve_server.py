"""LitServe: two worker processes, batches of up to 8 that wait 2 ms.

LitServe reads multipart bodies, or JSON. So that it gets the same requests as everybody, the image is framed as multipart on
the way in, without being copied.
"""

import sys

import litserve
import numpy as np
from handler import Classifier
from starlette.requests import Request

BOUNDARY = b"image"
HEAD = b'--image\r\nContent-Disposition: form-data; name="image"; filename="image"\r\n\r\n'
TAIL = b"\r\n--image--\r\n"


class Multipart:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or scope["path"] != "/predict":
            return await self.app(scope, receive, send)
        kept = [(key, value) for key, value in scope["headers"] if key not in (b"content-type", b"content-length")]
        length = next(int(value) for key, value in scope["headers"] if key == b"content-length")
        kept.append((b"content-type", b"multipart/form-data; boundary=" + BOUNDARY))
        kept.append((b"content-length", str(length + len(HEAD) + len(TAIL)).encode()))
        pending = [{"type": "http.request", "body": HEAD, "more_body": True}]

        async def framed():
            if pending:
                return pending.pop()
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body"):
                pending.append({"type": "http.request", "body": TAIL, "more_body": False})
                message = {**message, "more_body": True}
            return message

        await self.app({**scope, "headers": kept}, framed, send)


class API(litserve.LitAPI):
    def setup(self, device):
        self.classifier = Classifier()

    def decode_request(self, request: Request):
        return request["image"].file.read()

    def batch(self, bodies):
        return bodies

    def predict(self, bodies):
        return self.classifier.classify(np.concatenate([self.classifier.prepare(body) for body in bodies]))

    def unbatch(self, classes):
        return classes

    def encode_response(self, output):
        return {"class": output}


if __name__ == "__main__":
    api = API(max_batch_size=8, batch_timeout=0.002)
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=2, middlewares=[Multipart], timeout=60)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, log_level="warning")
