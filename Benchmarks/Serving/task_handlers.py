"""What rivals do with an image beyond classification, on one thread, as their users write it: OpenCV and NumPy around ONNX Runtime.

TASK=faces (YuNet, boxes with key points) or TASK=person (MediaPipe's selfie segmentation, a label map at the image's size).
"""

import base64
import os
import pathlib

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import cv2  # noqa: E402  (the threads are read when libraries are loaded)
import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402

MODELS = pathlib.Path(__file__).resolve().parents[2] / ".deps/models"


def session(model):
    cv2.setNumThreads(1)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(MODELS / model, options, providers=["CPUExecutionProvider"])


def image_of(body):
    return cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)


class Faces:
    SIDE, SCORE, IOU, STRIDES = 640, 0.6, 0.3, (8, 16, 32)

    def __init__(self):
        self.session = session("yunet.onnx")
        self.names = [output.name for output in self.session.get_outputs()]
        self.cells = {}
        for stride in self.STRIDES:
            row, column = np.mgrid[: self.SIDE // stride, : self.SIDE // stride]
            self.cells[stride] = np.stack([column, row], -1).reshape(-1, 2).astype(np.float32)

    def __call__(self, body):
        image = image_of(body)
        height, width = image.shape[:2]
        gain = min(self.SIDE / height, self.SIDE / width)
        size = round(width * gain), round(height * gain)
        left, top = round((self.SIDE - size[0]) / 2 - 0.1), round((self.SIDE - size[1]) / 2 - 0.1)
        canvas = np.zeros((self.SIDE, self.SIDE, 3), np.uint8)
        canvas[top : top + size[1], left : left + size[0]] = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
        batch = canvas.transpose(2, 0, 1)[None].astype(np.float32)
        outputs = dict(zip(self.names, self.session.run(None, {"input": batch})))
        boxes, points, scores = [], [], []
        for stride in self.STRIDES:
            score = np.sqrt(np.clip(outputs[f"cls_{stride}"][0, :, 0], 0, 1) * np.clip(outputs[f"obj_{stride}"][0, :, 0], 0, 1))
            kept = score >= self.SCORE
            cells, box = self.cells[stride][kept], outputs[f"bbox_{stride}"][0][kept]
            centre, extent = (cells + box[:, :2]) * stride, np.exp(box[:, 2:]) * stride
            boxes.append(np.hstack([centre - extent / 2, extent]))
            key = outputs[f"kps_{stride}"][0][kept].reshape(-1, 5, 2)
            points.append((key + cells[:, None]) * stride)
            scores.append(score[kept])
        boxes, points, scores = np.concatenate(boxes), np.concatenate(points), np.concatenate(scores)
        best = cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), self.SCORE, self.IOU)
        shift = np.array([left, top], np.float32)
        return [
            {
                "score": float(scores[index]),
                "box": np.concatenate([
                    (boxes[index, :2] - shift) / gain, (boxes[index, :2] + boxes[index, 2:] - shift) / gain,
                ]).tolist(),
                "keypoints": ((points[index] - shift) / gain).tolist(),
            }
            for index in np.array(best).flatten()
        ]


class Person:
    SIDE = 256

    def __init__(self):
        self.session = session("selfie-segmentation.onnx")
        self.input = self.session.get_inputs()[0].name

    def __call__(self, body):
        image = image_of(body)
        height, width = image.shape[:2]
        small = cv2.resize(image, (self.SIDE, self.SIDE), interpolation=cv2.INTER_LINEAR)
        batch = (cv2.cvtColor(small, cv2.COLOR_BGR2RGB).astype(np.float32) / 255)[None]
        mask = self.session.run(None, {self.input: batch})[0][0, :, :, 0]
        labels = (cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR) > 0.5).astype(np.uint8)
        png = cv2.imencode(".png", labels, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1]
        share = float(labels.mean())
        return {"width": width, "height": height, "share": share, "map": base64.b64encode(png).decode()}


HANDLERS = {"faces": Faces, "person": Person}
