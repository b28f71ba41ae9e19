"""Writes ONNX files with nothing but the standard library.

ONNX is a protocol buffer. A network needs few of its messages, and each is a string of (tag, value)
fields, so encoding them takes less code than depending on a package that does. Field numbers are
those of `onnx.proto`.
"""

from array import array

FLOAT = 1  # TensorProto.DataType


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, value):
    """One field of a message: an integer as a varint, text or bytes with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def message(*fields):
    return b"".join(field(number, value) for number, value in fields)


def attribute(name, value):
    """AttributeProto, for the two types that the operators here take: an integer, and several."""
    if isinstance(value, int):
        return message((1, name), (3, value), (20, 2))
    return message((1, name), *((8, item) for item in value), (20, 7))


def value_info(name, shape):
    """ValueInfoProto of a float tensor; a dimension is a number, or a name where it may vary."""
    dimensions = [(1, message((2 if isinstance(size, str) else 1, size))) for size in shape]
    tensor = message((1, FLOAT), (2, message(*dimensions)))
    return message((1, name), (2, message((1, tensor))))


class Network:
    """An ONNX graph of float32 tensors. Every operator is named after the one tensor it makes."""

    def __init__(self, name, input, shape):
        self.name = name
        self.input = input
        self.nodes, self.constants = [], []
        self.inputs, self.outputs = [value_info(input, shape)], []

    def constant(self, name, values, shape):
        """Embeds float32 `values` (an `array` of them) and returns `name`, as `add` takes it."""
        dimensions = [(1, size) for size in shape]
        self.constants.append(message(*dimensions, (2, FLOAT), (8, name), (9, values.tobytes())))
        return name

    def add(self, operator, name, inputs, **attributes):
        fields = [(1, input) for input in inputs] + [(2, name), (3, name), (4, operator)]
        fields += [(5, attribute(key, value)) for key, value in attributes.items()]
        self.nodes.append(message(*fields))
        return name

    def convolution(self, name, input, weights, shape, bias, stride=1, pads=None, groups=1):
        """A convolution with bias. `shape` is [out, in / groups, kernel, kernel] and `pads` [top,
        left, bottom, right], by default what keeps the size at stride 1."""
        kernel = shape[-1]
        inputs = [
            input,
            self.constant(f"{name}.weight", weights, shape),
            self.constant(f"{name}.bias", bias, shape[:1]),
        ]
        return self.add(
            "Conv",
            name,
            inputs,
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            pads=pads or [kernel // 2] * 4,
            group=groups,
        )

    def pooled(self, input):
        """Averages every channel over the image: [n, channels]."""
        pooled = self.add("GlobalAveragePool", "pooled", [input])
        return self.add("Flatten", "features", [pooled], axis=1)

    def classifier(self, output, input, weights, shape, bias):
        """Averages every channel over the image, then maps them to `shape[0]` logits."""
        features = self.pooled(input)
        weights = self.constant("classifier.weight", weights, shape)
        bias = self.constant("classifier.bias", bias, shape[:1])
        self.add("Gemm", output, [features, weights, bias], transB=1)
        self.outputs.append(value_info(output, ["n", shape[0]]))

    def save(self, path, description):
        """Writes opset 13, IR version 8: read by every ONNX Runtime since 1.10."""
        graph = [(1, node) for node in self.nodes] + [(2, self.name)]
        graph += [(5, constant) for constant in self.constants]
        graph += [(11, input) for input in self.inputs] + [(12, out) for out in self.outputs]
        model = [(1, 8), (2, "drivetrain"), (6, description), (7, message(*graph))]
        model += [(8, message((1, ""), (2, 13)))]
        with open(path, "wb") as file:
            file.write(message(*model))


def zeros(count):
    return array("f", bytes(4 * count))
