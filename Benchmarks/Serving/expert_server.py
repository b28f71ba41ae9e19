"""What an expert writes by hand for one machine: an ASGI application without a framework, for Granian, in two processes with a thread each;
simplejpeg, which decodes at a reduced size; and OpenVINO in bf16, or in fp32 on processors without it."""

import os

import cv2
import numpy as np
import openvino
import simplejpeg
from handler import CROP, MODELS, NETWORKS, SHORT_SIDE

cv2.setNumThreads(1)
name, mean, deviation = NETWORKS[os.environ["NETWORK"]]
mean, scale = np.array(mean, np.float32).reshape(3, 1, 1), 1 / np.array(deviation, np.float32).reshape(3, 1, 1)
core = openvino.Core()
model = core.read_model(MODELS / name)
model.reshape([1, 3, CROP, CROP])
options = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "ENABLE_CPU_PINNING": False, "INFERENCE_PRECISION_HINT": "bf16"}
inference = core.compile_model(model, "CPU", options).create_infer_request()
tensor = np.empty((1, 3, CROP, CROP), np.float32)
inference.set_input_tensor(openvino.Tensor(tensor, shared_memory=True))


def classify(body):
    image = simplejpeg.decode_jpeg(body, "RGB", min_height=SHORT_SIDE, min_width=SHORT_SIDE, min_factor=1)
    height, width = image.shape[:2]
    size = (SHORT_SIDE * width // min(height, width), SHORT_SIDE * height // min(height, width))
    image = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
    left, top = ((side - CROP) // 2 for side in size)
    np.subtract(image[top : top + CROP, left : left + CROP].transpose(2, 0, 1), mean, out=tensor[0])
    np.multiply(tensor, scale, out=tensor)
    inference.infer()
    return int(inference.get_output_tensor(0).data.argmax())


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    body = b'{"class":%d}' % classify(b"".join(parts))
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
