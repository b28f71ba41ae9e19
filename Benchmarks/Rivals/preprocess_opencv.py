"""The same work with OpenCV and NumPy on one thread: bytes -> float32 [3, 224, 224].

    preprocess_opencv.py SECONDS IMAGE...

Prints JSON: for each image, median nanoseconds by stage.
"""

import json
import os
import statistics
import sys
import time

import cv2
import numpy as np

SHORT_SIDE, CROP = 256, 224
MEAN = np.array([0.485, 0.456, 0.406], np.float32) * 255
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32) * 255


def decode(data):
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


def resize(image):
    height, width = image.shape[:2]
    short = min(height, width)
    size = (int(SHORT_SIDE * width / short), int(SHORT_SIDE * height / short))
    image = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
    top, left = round((size[1] - CROP) / 2), round((size[0] - CROP) / 2)
    return image[top : top + CROP, left : left + CROP]


def normalise(image):
    rgb = cv2.cvtColor(image, cv2.COLOR_BGR2RGB).astype(np.float32)
    return np.ascontiguousarray(((rgb - MEAN) / DEVIATION).transpose(2, 0, 1))


def measure(path, seconds):
    data = np.fromfile(path, np.uint8)
    samples = {"decode": [], "resize": [], "normalise": [], "total": []}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(samples["total"]) < 3:
        start = time.perf_counter_ns()
        image = decode(data)
        decoded = time.perf_counter_ns()
        image = resize(image)
        resized = time.perf_counter_ns()
        normalise(image)
        normalised = time.perf_counter_ns()
        samples["decode"].append(decoded - start)
        samples["resize"].append(resized - decoded)
        samples["normalise"].append(normalised - resized)
        samples["total"].append(normalised - start)
    return {name: statistics.median(values) for name, values in samples.items()}


if __name__ == "__main__":
    cv2.setNumThreads(1)
    results = {os.path.basename(path): measure(path, float(sys.argv[1])) for path in sys.argv[2:]}
    print(json.dumps(results, indent=2))
