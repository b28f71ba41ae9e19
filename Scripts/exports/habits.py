"""Habits of real graphs, and what can't be known of a graph."""

import numpy as np
import onnx
from onnx_graph import HALF, Graph

from exports.colours import brightness, colour_vector, nearest_colour, photograph
from exports.family import BYTES, IMAGENET, KNOWN, add_graph, input_of, preprocessing, spec


def colour_classifier(input, classes=12, softmax=False, output="output", batch="batch"):
    graph = Graph()
    logits = nearest_colour(graph, photograph(graph, input), classes)
    graph.output(output, graph.Softmax(logits, axis=1) if softmax else logits, [batch, classes])
    return graph


def add_habits(family):
    def add(name, graph, input, softmax=False, classes=12, **options):
        fit = {
            "short_side": int((input["height"] or 224) / 0.875),
            "size": [input["height"] or 224] * 2,
        }
        sources = KNOWN | ({} if input["height"] else {"size": "assumed"})
        truth = {"task": "classification", "head": "probabilities" if softmax else "logits"}
        truth |= {"labels": {"count": classes, "source": "numbers"}, "sources": sources}
        add_graph(
            family, f"habits/{name}.onnx", graph, exporter="PyTorch", input=input_of(input),
            preprocessing=preprocessing(input, "crop", **fit), **(truth | options),
        )  # fmt: skip

    input = spec("input", 64, 64, IMAGENET, batch=1)
    add("batch-1", colour_classifier(input, batch=1), input)
    input = spec("input", 64, 64, IMAGENET, batch=2)
    add("batch-2", colour_classifier(input, batch=2), input)
    input = spec("input", 64, 64, IMAGENET)
    add("output-batch-1", colour_classifier(input, batch=1), input)
    input = spec("input", None, None, IMAGENET)
    add("dynamic-size", colour_classifier(input), input)
    input = spec("input", 64, 64, BYTES, type="uint8")
    add("uint8-nchw", colour_classifier(input), input, sources=KNOWN | {"mean": "graph"})
    input = spec("input", 64, 64, IMAGENET, type="fp16")
    graph = Graph()
    logits = nearest_colour(graph, photograph(graph, input), 12)
    graph.output("output", logits, ["batch", 12], HALF, cast=True)
    add("fp16", graph, input)
    input = spec("input", 64, 64, IMAGENET)
    add("softmax", colour_classifier(input, softmax=True), input, softmax=True)
    add("classes-1001", colour_classifier(input, 1001), input, classes=1001)
    add("weights-as-inputs", colour_classifier(input), input, ir=3, weights_as_inputs=True)

    graph = Graph()
    rgb = photograph(graph, input)
    graph.output("output", nearest_colour(graph, rgb, 12), ["batch", 12])
    graph.output("features", colour_vector(graph, rgb, 64), ["batch", 64])
    add("several-outputs", graph, input, output="output")

    # Weights beside the file, as PyTorch's exporter writes them.
    model = colour_classifier(input, 1000).model()
    folder = family.output / "habits/external"
    folder.mkdir(parents=True)
    onnx.save(
        model, folder / "model.onnx", save_as_external_data=True, location="model.onnx.data",
        size_threshold=1000,
    )  # fmt: skip
    for file in "habits/external/model.onnx", "habits/external":
        family.add(
            file, exporter="PyTorch", task="classification", head="logits", input=input_of(input),
            preprocessing=preprocessing(input, "crop", short_side=73),
            labels={"count": 1000, "source": "numbers"}, sources=KNOWN,
        )  # fmt: skip


def add_ambiguous(family):
    """What can't be known: a program asks for the keys."""
    input = spec("input", 64, 64, IMAGENET)

    graph = Graph()
    graph.output("output", colour_vector(graph, photograph(graph, input), 512), ["batch", 512])
    add_graph(
        family, "ambiguous/vector-or-classes.onnx", graph, exporter="PyTorch",
        input=input_of(input), must_state=["task"],
    )  # fmt: skip

    graph = Graph()
    graph.output("output", brightness(graph, photograph(graph, input)), ["batch", 64, 64])
    add_graph(
        family, "ambiguous/depth-or-mask.onnx", graph, exporter="PyTorch", input=input_of(input),
        must_state=["task"],
    )  # fmt: skip

    graph = Graph()
    grey = graph.input("Input3", [1, 1, 28, 28])
    mean = graph.Flatten(graph.GlobalAveragePool(grey), axis=1)
    graph.output(
        "Plus214_Output_0", graph.Gemm(mean, np.ones((10, 1)), np.arange(10.0), transB=1), [1, 10]
    )
    input = spec("Input3", 28, 28, batch=1)
    add_graph(
        family, "ambiguous/grey.onnx", graph, exporter="CNTK", task="classification", head="logits",
        input=input_of(input), labels={"count": 10, "source": "numbers"}, must_state=["mean", "std"],
    )  # fmt: skip
