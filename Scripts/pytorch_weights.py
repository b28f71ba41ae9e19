"""Reads weights that PyTorch saved, without PyTorch."""

import pickle
from array import array
from collections import OrderedDict
from itertools import product
from math import sqrt
from typing import NamedTuple


class Tensor(NamedTuple):
    values: array
    offset: int
    shape: tuple
    strides: tuple

    def rows(self):
        """The slices along the first dimension, in row-major order. The file holds them otherwise:
        these weights came from TensorFlow, and were transposed by their strides only."""
        steps = [range(0, size * step, step) for size, step in zip(self.shape, self.strides)]
        within = [sum(position) for position in product(*steps[1:])]
        for start in steps[0]:
            yield array("f", (self.values[self.offset + start + place] for place in within))


def load(path):
    """Reads a state dictionary in PyTorch's format before 1.6: five pickles, then the raw storages.

    A pickle can name any function to call, so this one may name the four things weights need.
    """
    storages = {}

    class Reader(pickle.Unpickler):
        permitted = {
            "collections.OrderedDict": OrderedDict,
            "torch.FloatStorage": "f",
            "torch.LongStorage": "q",
            "torch._utils._rebuild_tensor_v2": lambda *fields: Tensor(*fields[:4]),
        }

        def find_class(self, module, name):
            if f"{module}.{name}" not in self.permitted:
                raise pickle.UnpicklingError(f"{path} asks for {module}.{name}")
            return self.permitted[f"{module}.{name}"]

        def persistent_load(self, saved):
            _, kind, key, _, _, _ = saved
            return storages.setdefault(key, array(kind))

    with open(path, "rb") as file:
        _magic, _version, _system, tensors, keys = (Reader(file).load() for _ in range(5))
        for key in keys:
            count = int.from_bytes(file.read(8), "little")
            storages[key].fromfile(file, count)
    return tensors


def folded(tensors, convolution, norm, epsilon):
    """The weights and the bias of a convolution with the batch normalisation behind it."""
    scale, shift, mean, variance = (
        tensors[f"{norm}.{part}"].values
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    scale = [s / sqrt(v + epsilon) for s, v in zip(scale, variance)]
    bias = array("f", [b - m * s for b, m, s in zip(shift, mean, scale)])
    weights = array("f")
    for row, factor in zip(tensors[f"{convolution}.weight"].rows(), scale):
        weights.extend(value * factor for value in row)
    return weights, bias
