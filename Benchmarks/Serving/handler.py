"""What every rival does with an image: JPEG in, the number of the likeliest class out, on one thread.

The network is named by the environment: NETWORK=lite0 or resnet50.
"""

import os
import pathlib

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import cv2  # noqa: E402  (the threads are read when libraries are loaded)
import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402

SHORT_SIDE, CROP = 256, 224
MODELS = pathlib.Path(__file__).resolve().parents[2] / ".deps/models"
NETWORKS = {
    "lite0": ("efficientnet-lite0.onnx", [127, 127, 127], [128, 128, 128]),
    "resnet50": ("resnet50-untrained.onnx", [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]),
}


class Classifier:
    def __init__(self):
        cv2.setNumThreads(1)
        model, mean, deviation = NETWORKS[os.environ["NETWORK"]]
        self.mean, self.deviation = np.array(mean, np.float32), np.array(deviation, np.float32)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(MODELS / model, options, providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name
        for _ in range(3):
            self.classify(np.zeros((1, 3, CROP, CROP), np.float32))

    def prepare(self, body, flags=cv2.IMREAD_COLOR):
        """Bytes -> float32 [1, 3, 224, 224]."""
        image = cv2.imdecode(np.frombuffer(body, np.uint8), flags)
        height, width = image.shape[:2]
        short = min(height, width)
        size = (int(SHORT_SIDE * width / short), int(SHORT_SIDE * height / short))
        image = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
        top, left = round((size[1] - CROP) / 2), round((size[0] - CROP) / 2)
        rgb = cv2.cvtColor(image[top : top + CROP, left : left + CROP], cv2.COLOR_BGR2RGB).astype(np.float32)
        return np.ascontiguousarray(((rgb - self.mean) / self.deviation).transpose(2, 0, 1))[None]

    def classify(self, batch):
        return self.session.run(None, {self.input: batch})[0].argmax(axis=-1).tolist()

    def __call__(self, body):
        return self.classify(self.prepare(body))[0]
