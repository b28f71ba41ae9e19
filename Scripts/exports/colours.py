"""Arithmetic on colours, which stands for training: what every tiny network computes."""

import numpy as np
from onnx_graph import BYTE, FLOAT, HALF

from exports.names import PALETTE

TYPES = {"fp32": FLOAT, "fp16": HALF, "uint8": BYTE}
STRIDES = 8, 16, 32


def photograph(graph, spec):
    """Undoes the normalisation of the input that `spec` describes: [n, 3, h, w], 0 to 1, RGB."""
    mean, std = (np.array(values, np.float32).reshape(1, 3, 1, 1) for values in spec["normal"])
    height, width, batch = spec["height"], spec["width"], spec["batch"]
    sides = ["height" if height is None else height, "width" if width is None else width]
    shape = [3, *sides] if spec["layout"] == "nchw" else [*sides, 3]
    if not spec.get("unbatched"):
        shape = ["batch" if batch is None else batch, *shape]
    x = graph.input(spec["name"], spec.get("declared", shape), TYPES[spec["type"]])
    if spec["type"] != "fp32":
        x = graph.Cast(x, to=FLOAT)
    if spec.get("unbatched"):
        x = graph.Unsqueeze(x, [0])
    if spec["layout"] == "nhwc":
        x = graph.Transpose(x, perm=[0, 3, 1, 2])
    if spec["channels"] == "bgr":
        x = graph.Gather(x, [2, 1, 0], axis=1)
    return graph.Add(graph.Mul(x, std / 255), mean / 255)


def colourfulness(graph, rgb):
    """How much each channel exceeds both others, [n, 3, h, w]."""
    others = graph.Gather(rgb, [[1, 2], [0, 2], [0, 1]], axis=1)
    return graph.Sub(rgb, graph.ReduceMax(others, axes=[2], keepdims=0))


class Objects:
    """What is red, green and blue: one object of each colour. All are [n, 3, 1, 1]; x, y (centre),
    width and height in pixels, and `presence` a logit between -4 and 4."""

    def __init__(self, graph, rgb):
        self.graph = graph
        self.image_height, self.image_width = graph.extent(rgb, 2), graph.extent(rgb, 3)
        self.weights = graph.Clip(
            graph.Mul(graph.Sub(colourfulness(graph, rgb), 0.25), 5.0), 0.0, 1.0
        )
        mass = graph.ReduceSum(self.weights, [2, 3], keepdims=1)
        self.presence = graph.Min(graph.Sub(graph.Mul(mass, 0.2), 4.0), 4.0)
        mass = graph.Max(mass, 1e-6)
        self.x, self.width = self.moments(mass, self.image_width, [1, 1, 1, -1])
        self.y, self.height = self.moments(mass, self.image_height, [1, 1, -1, 1])

    def moments(self, mass, extent, shape):
        """The centre along an axis, the image's own where there is no such colour, and the side of
        the rectangle of that deviation."""
        graph = self.graph
        half = graph.Mul(extent, 0.5)
        places = graph.Sub(graph.Add(graph.Range(0.0, extent, 1.0), 0.5), half)
        places = graph.reshape(places, *shape)

        def mean(values):
            return graph.Div(
                graph.ReduceSum(graph.Mul(self.weights, values), [2, 3], keepdims=1), mass
            )

        centre = mean(places)
        off = graph.Sub(places, centre)
        variance = mean(graph.Mul(off, off))
        side = graph.Sqrt(graph.Add(graph.Mul(variance, 12.0), 1.0))
        return graph.Add(centre, half), side

    def of(self, name, colour):
        return self.graph.Gather(getattr(self, name), [colour], axis=1)

    def corners(self, parts=False):
        """x1, y1, x2, y2 of all, in pixels or in parts of the image."""
        graph = self.graph
        half_width, half_height = graph.Mul(self.width, 0.5), graph.Mul(self.height, 0.5)
        corners = [
            graph.Sub(self.x, half_width),
            graph.Sub(self.y, half_height),
            graph.Add(self.x, half_width),
            graph.Add(self.y, half_height),
        ]
        return self.scaled(corners) if parts else corners

    def centres(self):
        """Centre and size of all, in parts of the image."""
        return self.scaled([self.x, self.y, self.width, self.height])

    def scaled(self, values):
        sides = [self.image_width, self.image_height] * 2
        return [self.graph.Div(value, side) for value, side in zip(values, sides)]

    def keypoints(self, count):
        """[n, count, 3, 1]: point j is the centre of colour j modulo 3, with its probability."""
        graph = self.graph
        which = [index % 3 for index in range(count)]
        values = [self.x, self.y, graph.Sigmoid(self.presence)]
        return graph.concat([graph.Gather(value, which, axis=1) for value in values], 2)

    def anchors(self, colour, stride):
        """The logit of one object at the cells of one stride, [n, 1, h / stride, w / stride]. It
        falls with the distance from the centre, as a detector's does."""
        graph = self.graph

        def offsets(extent, centre, *shape):
            cells = graph.Floor(graph.Div(extent, float(stride)))
            places = graph.Mul(graph.Add(graph.Range(0.0, cells, 1.0), 0.5), float(stride))
            off = graph.Sub(graph.reshape(places, *shape), centre)
            return graph.Mul(off, off)

        distance = graph.Add(
            offsets(self.image_width, self.of("x", colour), 1, 1, 1, -1),
            offsets(self.image_height, self.of("y", colour), 1, 1, -1, 1),
        )
        fall = graph.Mul(distance, 2.0 / stride**2)
        return graph.Max(graph.Sub(self.of("presence", colour), fall), -8.0)

    def rows(self, values):
        """Joins values [n, 3, 1, 1] to rows [n, 3, count]."""
        graph = self.graph
        return graph.concat([graph.reshape(value, 0, 3, 1) for value in values], 2)

    def sorted(self, rows, *more):
        """Sorts the three rows, the likeliest first."""
        graph = self.graph
        score = graph.reshape(graph.Sigmoid(self.presence), 0, 3, 1)
        score, order = graph.TopK(score, [3], axis=1, outputs=2)
        taken = [
            graph.GatherElements(row, graph.Add(order, np.zeros((1, 1, size), np.int64)), axis=1)
            for row, size in (rows, *more)
        ]
        return score, taken

    def classes(self, numbers):
        """The class's number of each, [n, 3, 1, 1]."""
        numbers = np.array(numbers, np.float32).reshape(1, 3, 1, 1)
        return self.graph.Add(self.graph.Mul(self.presence, 0.0), numbers)


def one_hot(index, size, *shape):
    return np.eye(size, dtype=np.float32)[index].reshape(shape)


def nearest_colour(graph, rgb, count, offset=0):
    """Logits of `count` classes by the distance of the mean colour from each class's own: those of
    PALETTE from `offset` on, others at random."""
    anchors = np.random.default_rng(count).uniform(0, 1, (count, 3))
    anchors[offset : offset + len(PALETTE)] = list(PALETTE.values())
    anchors[:offset] = 5  # Background is unlikely.
    mean = graph.Flatten(graph.GlobalAveragePool(rgb), axis=1)
    return graph.Gemm(mean, 40 * anchors, -20 * (anchors**2).sum(1), transB=1)


def colour_classes(graph, rgb, classes, found, pool=4):
    """Logits [n, classes, h / pool, w / pool] of what is red, green, blue and, at class 0, else."""
    colours = colourfulness(graph, rgb)
    if pool > 1:
        colours = graph.AveragePool(colours, kernel_shape=[pool, pool], strides=[pool, pool])
    weights = np.zeros((classes, 3, 1, 1), np.float32)
    bias = np.full(classes, -5, np.float32)
    bias[0] = 1.5
    for colour, index in enumerate(found):
        weights[index, colour], bias[index] = 10, 0
    return graph.Conv(colours, weights, bias, kernel_shape=[1, 1])


def brightness(graph, rgb):
    return graph.ReduceMean(rgb, axes=[1], keepdims=0)


def coloured(graph, rgb):
    """The probability that a pixel has a colour, [n, 1, h, w]."""
    strongest = graph.ReduceMax(colourfulness(graph, rgb), axes=[1])
    return graph.Sigmoid(graph.Mul(graph.Sub(strongest, 0.2), 16.0))


def colour_vector(graph, rgb, size):
    """[n, size], of the mean and the mean square of each channel."""
    means = [graph.GlobalAveragePool(value) for value in (rgb, graph.Mul(rgb, rgb))]
    features = graph.Flatten(graph.concat(means, 1), axis=1)
    weights = np.random.default_rng(size).normal(0, 1, (size, 6))
    return graph.Gemm(features, weights, np.zeros(size), transB=1)
