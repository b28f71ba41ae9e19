"""Builds ONNX graphs by the packages onnx and NumPy."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

FLOAT, HALF, BYTE, INT64 = (
    TensorProto.FLOAT,
    TensorProto.FLOAT16,
    TensorProto.UINT8,
    TensorProto.INT64,
)


class Graph:
    """An ONNX graph. `graph.Add(a, 1.0)` adds an operator and returns its tensor's name; numbers
    and arrays become constants."""

    def __init__(self):
        self.nodes, self.constants, self.inputs, self.outputs = [], [], [], []

    def __getattr__(self, operator):
        def add(*inputs, outputs=1, **attributes):
            names = [f"{operator}_{len(self.nodes)}_{index}" for index in range(outputs)]
            inputs = [self.tensor(value) for value in inputs]
            self.nodes.append(helper.make_node(operator, inputs, names, names[0], **attributes))
            return names[0] if outputs == 1 else names

        return add

    def tensor(self, value):
        if value is None or isinstance(value, str):
            return value or ""
        value = np.asarray(value)
        if value.dtype == np.float64:
            value = value.astype(np.float32)
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def input(self, name, shape, type=FLOAT):
        self.inputs.append(helper.make_tensor_value_info(name, type, shape))
        return name

    def output(self, name, tensor, shape, type=FLOAT, cast=False):
        operator, attributes = ("Cast", {"to": type}) if cast else ("Identity", {})
        self.nodes.append(helper.make_node(operator, [tensor], [name], name, **attributes))
        self.outputs.append(helper.make_tensor_value_info(name, type, shape))

    def concat(self, tensors, axis):
        return self.Concat(*tensors, axis=axis)

    def reshape(self, tensor, *shape):
        return self.Reshape(tensor, list(shape))

    def extent(self, tensor, axis):
        return self.Cast(self.Gather(self.Shape(tensor), axis), to=FLOAT)

    def model(self, metadata=None, opset=17, ir=8, producer="pytorch", weights_as_inputs=False):
        graph = helper.make_graph(
            self.nodes, "main_graph", self.inputs, self.outputs, self.constants
        )
        if weights_as_inputs:
            for weight in self.constants:
                shape = list(weight.dims)
                graph.input.append(
                    helper.make_tensor_value_info(weight.name, weight.data_type, shape)
                )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", opset)], producer_name=producer
        )
        model.ir_version = ir
        helper.set_model_props(model, {key: str(value) for key, value in (metadata or {}).items()})
        return model
