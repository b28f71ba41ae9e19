"""Triton's Python backend: two instances, batches of up to 8 that wait 2 ms."""

import os
import sys

sys.path[:0] = os.environ["PYTHONPATH"].split(":")  # The interpreter that Triton embeds does not look there.

import numpy as np  # noqa: E402
import triton_python_backend_utils as triton  # noqa: E402
from handler import Classifier  # noqa: E402


class TritonPythonModel:
    def initialize(self, arguments):
        self.classifier = Classifier()

    def execute(self, requests):
        # Each request has a batch of one.
        images = [triton.get_input_tensor_by_name(request, "image").as_numpy()[0] for request in requests]
        prepared = [self.classifier.prepare(image) for image in images]
        classes = self.classifier.classify(np.concatenate(prepared))
        tensors = [triton.Tensor("class", np.array([[number]], np.int64)) for number in classes]
        return [triton.InferenceResponse([tensor]) for tensor in tensors]
