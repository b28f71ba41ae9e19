"""What is to be refused, or survived."""

import numpy as np
import onnx
from onnx import TensorProto
from onnx_graph import FLOAT, INT64, Graph

from exports.colours import Objects, brightness, nearest_colour, photograph
from exports.family import HALVES, IMAGENET, input_of, preprocessing, spec
from exports.habits import colour_classifier
from exports.hugging_face import processor_config, square
from exports.names import COCO, PALETTE
from exports.ultralytics import FOUND, ultralytics_metadata, yolo_levels


def external(model, location, **more):
    """Moves the largest constant to `location`, without writing it."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    weight = max(model.graph.initializer, key=lambda weight: len(weight.raw_data))
    data = bytes(weight.raw_data)
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, "offset": 0, "length": len(data), **more}.items():
        weight.external_data.add(key=key, value=str(value))
    return model, data


def add_hostile(family):
    input = spec("input", 64, 64, IMAGENET)
    classifier = colour_classifier(input, 100).model()
    output = family.output / "hostile"

    def refuse(file, model, why, files=None):
        family.save(f"hostile/{file}", model, files, check=False)
        family.add(f"hostile/{file}", refuse=why)

    model, data = external(classifier, "../outside.bin")
    refuse("external-outside/model.onnx", model, "external data outside of the graph's folder")
    (output / "outside.bin").write_bytes(data)
    model, _ = external(classifier, "/bin/sh")
    refuse("external-absolute/model.onnx", model, "external data at an absolute path")
    model, _ = external(classifier, "inside/../../outside.bin")
    refuse("external-through/model.onnx", model, "external data outside of the graph's folder")
    (output / "external-through/inside").mkdir()
    model, _ = external(classifier, "link.bin")
    refuse("external-link/model.onnx", model, "external data behind a link that leaves the folder")
    (output / "external-link/link.bin").symlink_to("../outside.bin")
    model, _ = external(classifier, "missing.bin")
    refuse("external-missing/model.onnx", model, "external data that isn't there")
    model, data = external(classifier, "short.bin", offset=4096)
    refuse("external-short/model.onnx", model, "external data shorter than the graph says")
    (output / "external-short/short.bin").write_bytes(data)

    # Heads that fit no task.
    for name, shape in ("rank-5", [1, 2, 3, 4, 5]), ("scalar", []), ("rank-4", [1, 7, 3, 2]):
        graph = Graph()
        mean = graph.ReduceMean(photograph(graph, input), keepdims=0)
        graph.output("output", graph.Add(mean, np.zeros(shape)), shape)
        refuse(f"no-task-{name}.onnx", graph.model(), "an output that fits no task")
    graph = Graph()
    ids = graph.input("input_ids", ["batch", "sequence"], INT64)
    graph.output("logits", graph.Cast(ids, to=FLOAT), ["batch", "sequence"])
    refuse("text.onnx", graph.model(), "no input for an image")
    graph = colour_classifier(spec("input", 100_000, 100_000, IMAGENET))
    refuse("huge-input.onnx", graph.model(), "an input too large")
    refuse("truncated.onnx", classifier, "a file that ends early")
    path = output / "truncated.onnx"
    path.write_bytes(path.read_bytes()[:500])

    def yolo(labels, classes=80, task="detect", imgsz=(64, 64), **metadata):
        graph = Graph()
        objects = Objects(graph, photograph(graph, spec("images", 64, 64, batch=1)))
        found = [index % classes for index in FOUND]
        levels = [
            graph.concat([*values, graph.Sigmoid(scores)], 1)
            for values, _, scores, _ in yolo_levels(graph, objects, classes, found)
        ]
        graph.output("output0", graph.concat(levels, 2), [1, 4 + classes, 84])
        metadata = ultralytics_metadata(task, labels, imgsz, "Ultralytics YOLOv8n") | metadata
        return graph.model(metadata)

    refuse("names-fewer.onnx", yolo(COCO[:5]), "fewer names than classes")
    refuse("names-more.onnx", yolo(COCO, classes=7), "more names than classes")
    refuse("names-broken.onnx", yolo(COCO, names="{0: 'person', 1: "), "names that can't be read")
    refuse(
        "names-code.onnx", yolo(COCO, names="__import__('os').getcwd()"), "names that can't be read"
    )
    refuse("imgsz-other.onnx", yolo(COCO, imgsz=(640, 640)), "imgsz that contradicts the graph")
    refuse("task-other.onnx", yolo(COCO, task="segment"), "a task that contradicts the outputs")
    refuse("task-obb.onnx", yolo(COCO, task="obb"), "oriented boxes, which aren't supported")
    refuse("task-unknown.onnx", yolo(COCO, task="juggle"), "a task that nobody knows")
    refuse("end2end-other.onnx", yolo(COCO, end2end=True), "end2end that contradicts the output")

    # Export folders.
    palette = list(PALETTE)
    labels = {"id2label": {str(index): label for index, label in enumerate(palette)}}
    vit = {"architectures": ["ViTForImageClassification"], "model_type": "vit", **labels}
    processor = processor_config("ViTImageProcessor", square(64), HALVES)
    small = colour_classifier(spec("pixel_values", 64, 64, HALVES), output="logits").model()

    def folder(name, why, config=vit, processor=processor, model=small, file="model.onnx"):
        files = {"config.json": config, "preprocessor_config.json": processor}
        family.save(f"hostile/{name}/{file}", model, files)
        family.add(f"hostile/{name}", refuse=why)

    folder("two-graphs", "two graphs", file="first.onnx")
    family.save("hostile/two-graphs/second.onnx", small)
    folder("no-graph", "no graph")
    (output / "no-graph/model.onnx").unlink()
    fewer = {**vit, "id2label": dict(list(labels["id2label"].items())[:5])}
    folder("labels-fewer", "fewer labels than classes", fewer)
    holes = {**vit, "id2label": {"0": "black", "5": "blue", "99": "none", "x": "y"}}
    folder("labels-holes", "labels with holes", holes)
    segmenter = {
        **vit,
        "architectures": ["SegformerForSemanticSegmentation"],
        "model_type": "segformer",
    }
    folder("config-other-task", "config.json names a task that the graph doesn't have", segmenter)
    other = processor_config("ViTImageProcessor", square(224), HALVES)
    folder("size-other", "a size that contradicts the graph's", processor=other)
    folder("config-broken", "config.json that isn't JSON", config="{")
    folder("config-list", "config.json that isn't an object", config="[1, 2]")
    zero = {**processor, "image_std": [0.5, 0, 0.5]}
    folder("deviation-zero", "a deviation of zero", processor=zero)
    folder("mean-short", "a mean of two numbers", processor={**processor, "image_mean": [0.5, 0.5]})
    folder("size-huge", "a size too large", processor={**processor, "size": square(10**9)})
    folder("size-negative", "a size below 1", processor={**processor, "size": square(-64)})

    # Scores that are no numbers, and very many: these run, and get an answer or a refusal in time.
    def survive(name, model, **truth):
        family.save(f"hostile/{name}.onnx", model)
        family.add(f"hostile/{name}.onnx", **truth)

    for name, value in ("nan", np.nan), ("infinite", np.inf):
        graph = Graph()
        logits = nearest_colour(graph, photograph(graph, input), 12)
        bad = np.where(np.arange(12) % 5 == 3, value, 0)
        graph.output("output", graph.Add(logits, bad[None]), ["batch", 12])
        survive(
            f"{name}-scores", graph.model(), task="classification", head="logits",
            input=input_of(input), outputs=f"{name} at classes 3 and 8",
            preprocessing=preprocessing(input, "crop", short_side=73),
        )  # fmt: skip
        graph = Graph()
        objects = Objects(graph, photograph(graph, spec("images", 64, 64, batch=1)))
        levels = [
            graph.concat([*values, graph.Sigmoid(scores)], 1)
            for values, _, scores, _ in yolo_levels(graph, objects, 80, FOUND)
        ]
        bad = np.zeros((1, 84, 84), np.float32)
        bad[0, 4:, 10], bad[0, 0, 20] = value, value  # A box's scores, and another's place.
        graph.output("output0", graph.Add(graph.concat(levels, 2), bad), [1, 84, 84])
        images = spec("images", 64, 64, batch=1)
        metadata = ultralytics_metadata("detect", COCO, (64, 64), "Ultralytics YOLOv8n")
        survive(
            f"{name}-boxes", graph.model(metadata), task="detection", head="yolov8",
            input=input_of(images), outputs=f"{name} in all scores of anchor 10, and in x of 20",
            preprocessing=preprocessing(images, "letterbox", antialias=False, pad=[114] * 3),
        )  # fmt: skip
        graph = Graph()
        depth = brightness(graph, photograph(graph, pixels := spec("pixel_values", 64, 64, HALVES)))
        bad = np.zeros((1, 64, 64), np.float32)
        bad[0, 7, 9] = value
        graph.output("predicted_depth", graph.Add(depth, bad), ["batch", 64, 64])
        survive(
            f"{name}-depth", graph.model(), task="depth", head="relative", input=input_of(pixels),
            outputs=f"{name} at row 7, column 9", must_state=["mean", "std"],
        )  # fmt: skip

    # A million boxes, all above any threshold, none of which overlaps another much.
    count = 1 << 20
    graph = Graph()
    images = spec("images", 64, 64, batch=1)
    mean = graph.ReduceMean(photograph(graph, images), keepdims=0)
    places = graph.Range(0.0, float(count), 1.0)
    x = graph.Mul(graph.Mod(places, 1024.0, fmod=1), 1 / 16)
    y = graph.Mul(graph.Floor(graph.Mul(places, 1 / 1024)), 1 / 16)
    side = graph.Add(graph.Mul(places, 0.0), 1 / 16)
    score = graph.Sub(0.99, graph.Mul(places, 0.4 / count))
    rows = [graph.reshape(row, 1, 1, -1) for row in (x, y, side, side, score)]
    rows = graph.Add(graph.concat(rows, 1), graph.Mul(mean, 0.0))
    graph.output("output0", rows, [1, 5, count])
    metadata = ultralytics_metadata("detect", ["grain"], (64, 64), "Ultralytics YOLOv8n")
    survive(
        "million-boxes", graph.model(metadata), task="detection", head="yolov8",
        input=input_of(images), outputs="1,048,576 boxes with scores from 0.99 to 0.59",
        preprocessing=preprocessing(images, "letterbox", antialias=False, pad=[114] * 3),
    )  # fmt: skip
