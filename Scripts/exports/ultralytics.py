"""Ultralytics and YOLOv5."""

import numpy as np
from onnx_graph import BYTE, FLOAT, HALF, Graph

from exports.colours import (
    STRIDES,
    Objects,
    brightness,
    colour_classes,
    nearest_colour,
    one_hot,
    photograph,
)
from exports.family import add_graph, input_of, preprocessing, sources, spec
from exports.names import COCO, PALETTE

FOUND = 2, 7, 41  # The classes of what is red, green, blue: car, truck, cup.


def yolo_levels(graph, objects, classes, found, extra=None):
    """The parts of a head with one prediction for each cell of three strides, which find one colour
    each: boxes [n, 4, a], logits [n, 1, a], class logits [n, c, a] and `extra` of each colour."""
    parts = []
    for colour, stride in enumerate(STRIDES):
        logit = graph.reshape(objects.anchors(colour, stride), 0, 1, -1)
        nothing = graph.Mul(logit, 0.0)
        values = [
            graph.Add(graph.reshape(objects.of(name, colour), 0, 1, 1), nothing)
            for name in ("x", "y", "width", "height")
        ]
        hot = one_hot(found[colour], classes, 1, classes, 1)
        scores = graph.Sub(graph.Mul(hot, graph.Add(logit, 8.0)), 8.0)
        parts.append((values, logit, scores, extra(colour, nothing) if extra else []))
    return parts


def coefficients(graph, colour, nothing):
    return graph.Add(8 * one_hot(colour, 32, 1, 32, 1), nothing)


def prototypes(graph, objects):
    """[n, 32, h / 4, w / 4], of which the first three are where their colours are."""
    pooled = graph.AveragePool(objects.weights, kernel_shape=[4, 4], strides=[4, 4])
    spread = np.eye(32, 3, dtype=np.float32).reshape(32, 3, 1, 1)
    return graph.Conv(graph.Sub(pooled, 0.5), spread, kernel_shape=[1, 1])


def ultralytics_metadata(task, names, imgsz, description, **changes):
    """What `yolo export` of Ultralytics 8.4 writes; each value as Python's `str` has it."""
    metadata = {
        "description": description,
        "author": "Ultralytics",
        "date": "2026-11-02T09:41:07.114530+00:00",
        "version": "8.4.190",
        "license": "AGPL-3.0 License (https://ultralytics.com/license)",
        "docs": "https://docs.ultralytics.com",
        "stride": 32,
        "task": task,
        "head": "Detect",
        "batch": 1,
        "imgsz": list(imgsz),
        "names": dict(enumerate(names)),
        "args": {
            "batch": 1,
            "data": None,
            "dynamic": False,
            "quantize": None,
            "opset": None,
            "simplify": True,
            "nms": False,
            "fraction": 1.0,
        },
        "channels": 3,
        "end2end": False,
    }
    return {**metadata, **changes}


def add_ultralytics(family):
    """Each variant: its name, task, head, image size, what it finds."""
    person = ["person"]
    variants = [
        # file, task, head, imgsz, names, found, changes
        ("yolov8n", "detect", "yolov8", (128, 128), COCO, FOUND, {}),
        ("yolo11n-rect", "detect", "yolov8", (96, 160), COCO, FOUND, {}),
        ("yolov8n-one-class", "detect", "yolov8", (64, 64), ["widget"], (0, 0, 0), {}),
        ("yolo11n-dynamic", "detect", "yolov8", (128, 128), COCO, FOUND, {"dynamic": True}),
        ("yolov8n-batch4", "detect", "yolov8", (64, 64), COCO, FOUND, {"batch": 4}),
        ("yolov8n-half", "detect", "yolov8", (128, 128), COCO, FOUND, {"half": True}),
        ("yolov8n-older", "detect", "yolov8", (128, 128), COCO, FOUND, {"older": True}),
        ("yolov10n", "detect", "yolo-end2end", (128, 128), COCO, FOUND, {}),
        ("yolo26n", "detect", "yolo-end2end", (128, 128), COCO, FOUND, {}),
        ("yolo26n-small", "detect", "yolo-end2end", (64, 64), COCO, FOUND, {}),
        ("yolo26n-dynamic", "detect", "yolo-end2end", (128, 128), COCO, FOUND, {"dynamic": True}),
        ("yolov8n-nms", "detect", "yolo-end2end", (128, 128), COCO, FOUND, {"nms": True}),
        ("yolov8n-seg", "segment", "yolov8-segment", (128, 128), COCO, FOUND, {}),
        (
            "yolo11n-seg-dynamic",
            "segment",
            "yolov8-segment",
            (128, 128),
            COCO,
            FOUND,
            {"dynamic": True},
        ),
        ("yolo26n-seg", "segment", "yolo-end2end-segment", (128, 128), COCO, FOUND, {}),
        ("yolov8n-pose", "pose", "yolov8-pose", (128, 128), person, (0, 0, 0), {}),
        ("yolo26n-pose", "pose", "yolo-end2end-pose", (128, 128), person, (0, 0, 0), {}),
    ]
    for file, task, head, imgsz, names, found, changes in variants:
        add_yolo(family, file, task, head, imgsz, names, found, **changes)
    for raw in False, True:
        add_ultralytics_rtdetr(family, raw)
    add_ultralytics_classifier(family)
    add_ultralytics_maps(family)


def add_yolo(
    family, file, task, head, imgsz, names, found, dynamic=False, batch=1, half=False, nms=False,
    older=False,
):  # fmt: skip
    graph = Graph()
    sides = (None, None) if dynamic else imgsz
    input = spec(
        "images", *sides, batch=None if dynamic else batch, type="fp16" if half else "fp32"
    )
    objects = Objects(graph, photograph(graph, input))
    classes, end2end = len(names), head.startswith("yolo-end2end")
    cells = sum(imgsz[0] // stride * (imgsz[1] // stride) for stride in STRIDES)
    extra = {"segment": 32, "pose": 51}.get(task, 0)
    element = HALF if half else FLOAT

    if end2end:
        most = 300 if nms else min(300, cells)
        columns = [objects.rows([*objects.corners(), graph.Sigmoid(objects.presence)])]
        columns.append(objects.rows([objects.classes(found)]))
        nothing = graph.Mul(columns[1], 0.0)
        if task == "segment":
            columns.append(graph.Add(8 * np.eye(3, 32, dtype=np.float32)[None], nothing))
        if task == "pose":
            points = graph.reshape(objects.keypoints(17), 0, 1, 51)
            columns.append(graph.Add(points, nothing))
        _, [rows] = objects.sorted((graph.concat(columns, 2), 6 + extra))
        result = graph.Pad(rows, [0, 0, 0, 0, most - 3, 0])
        shape = [most, 6 + extra]
    else:
        more = None
        if task == "segment":
            more = lambda colour, nothing: [coefficients(graph, colour, nothing)]
        if task == "pose":
            points = graph.reshape(objects.keypoints(17), 0, 51, 1)
            more = lambda colour, nothing: [graph.Add(points, nothing)]
        levels = [
            graph.concat([*values, graph.Sigmoid(scores), *others], 1)
            for values, _, scores, others in yolo_levels(graph, objects, classes, found, more)
        ]
        result = graph.concat(levels, 2)
        shape = [4 + classes + extra, "anchors" if dynamic else cells]
    many = "batch" if dynamic else batch
    graph.output("output0", result, [many, *shape], element, cast=half)
    if task == "segment":
        quarters = ["mask_height", "mask_width"] if dynamic else [side // 4 for side in imgsz]
        graph.output("output1", prototypes(graph, objects), [many, 32, *quarters])

    pretty = file.split("-")[0].replace("yolo", "YOLO")
    data = "/usr/src/ultralytics/ultralytics/cfg/datasets/coco.yaml"
    description = f"Ultralytics {pretty} model trained on {data}"
    metadata = ultralytics_metadata(task, names, imgsz, description, batch=batch)
    metadata["args"] |= {
        "batch": batch,
        "dynamic": dynamic,
        "quantize": 16 if half else None,
        "nms": nms,
    }
    metadata["end2end"] = end2end and not nms
    if "26" in file or "10" in file:
        metadata["head"] = "v10Detect" if "10" in file else "Detect"
    if task == "segment":
        metadata["head"] = "Segment26" if "26" in file else "Segment"
    if task == "pose":
        metadata |= {"head": "Pose26" if "26" in file else "Pose", "kpt_shape": [17, 3]}
    if older:  # Ultralytics 8.0 to 8.3 had other arguments, and no head, channels or end2end.
        for key in "head", "channels", "end2end":
            del metadata[key]
        metadata |= {
            "version": "8.2.103",
            "args": {"batch": 1, "half": False, "dynamic": False, "simplify": True, "opset": None},
        }
    family.save(f"ultralytics/{file}.onnx", graph.model(metadata, opset=17, ir=8))
    family.add(
        f"ultralytics/{file}.onnx",
        exporter="Ultralytics",
        task="instance-segmentation" if task == "segment" else "detection",
        head=head,
        input=input_of(input),
        preprocessing=preprocessing(
            input, "letterbox", antialias=False, size=list(imgsz), pad=[114, 114, 114]
        ),
        labels={"count": classes, "source": "metadata"},
        **({"keypoints": 17} if task == "pose" else {}),
        sources=sources(
            "metadata", head="graph", fit="assumed", filter="assumed", antialias="assumed",
            channels="assumed", mean="assumed", pad="assumed",
        ),
    )  # fmt: skip


def add_ultralytics_rtdetr(family, raw):
    """Newer exports end in the best 300, older ones in every query's classes."""
    graph = Graph()
    input = spec("images", 128, 128, batch=1)
    objects = Objects(graph, photograph(graph, input))
    boxes = objects.rows(objects.centres())
    if raw:
        hot = np.stack([one_hot(index, 80, 80) for index in FOUND])[None]
        logits = graph.Sub(graph.Mul(hot, graph.Add(objects.rows([objects.presence]), 8.0)), 8.0)
        rows, width = graph.concat([boxes, graph.Sigmoid(logits)], 2), 84
    else:
        rest = [graph.Sigmoid(objects.presence), objects.classes(FOUND)]
        _, [rows] = objects.sorted((graph.concat([boxes, objects.rows(rest)], 2), 6))
        width = 6
    graph.output("output0", graph.Pad(rows, [0, 0, 0, 0, 297, 0]), [1, 300, width])
    metadata = ultralytics_metadata("detect", COCO, (128, 128), "Ultralytics rt-detr-l model ")
    metadata["head"] = "RTDETRDecoder"
    if raw:
        metadata |= {"version": "8.3.40"}
        for key in "head", "channels", "end2end":
            del metadata[key]
    file = f"ultralytics/rtdetr-l{'-older' if raw else ''}.onnx"
    family.save(file, graph.model(metadata))
    family.add(
        file,
        exporter="Ultralytics",
        task="detection",
        head="ultralytics-rtdetr-raw" if raw else "ultralytics-rtdetr",
        input=input_of(input),
        preprocessing=preprocessing(input, "stretch", antialias=False),
        labels={"count": 80, "source": "metadata"},
        sources=sources(
            "metadata", head="graph" if raw else "metadata", fit="assumed", filter="assumed",
            antialias="assumed", channels="assumed", mean="assumed",
        ),
    )  # fmt: skip


def add_ultralytics_classifier(family):
    graph = Graph()
    input = spec("images", 64, 64, batch=1)
    logits = nearest_colour(graph, photograph(graph, input), len(PALETTE))
    graph.output("output0", graph.Softmax(logits, axis=1), [1, len(PALETTE)])
    metadata = ultralytics_metadata(
        "classify", PALETTE, (64, 64), "Ultralytics YOLOv8n-cls model ", stride=1, head="Classify"
    )
    family.save("ultralytics/yolov8n-cls.onnx", graph.model(metadata))
    family.add(
        "ultralytics/yolov8n-cls.onnx",
        exporter="Ultralytics",
        task="classification",
        head="probabilities",
        input=input_of(input),
        preprocessing=preprocessing(input, "crop", short_side=64),
        labels={"count": len(PALETTE), "source": "metadata"},
        sources=sources(
            "metadata", head="graph", fit="assumed", filter="assumed", antialias="assumed",
            channels="assumed", mean="assumed",
        ),
    )  # fmt: skip


def add_ultralytics_maps(family):
    """Semantic exports end in the classes' numbers; depth is in metres, of the stretched image."""
    names = ["background", "road", "red", "sky", "green", "tree", "blue"]
    graph = Graph()
    input = spec("images", 96, 160, batch=1)
    logits = colour_classes(graph, photograph(graph, input), len(names), (2, 4, 6), pool=1)
    classes = graph.Cast(graph.ArgMax(logits, axis=1, keepdims=0), to=BYTE)
    graph.output("output0", classes, [1, 96, 160], BYTE)
    semantic = graph, input, "semantic", "segmentation", "label-map", names, "SemanticSegment"

    graph = Graph()
    input = spec("images", 96, 96, batch=1)
    bright = graph.Unsqueeze(brightness(graph, photograph(graph, input)), [1])
    graph.output("output0", graph.Add(graph.Mul(bright, 10.0), 0.5), [1, 1, 96, 96])
    depth = graph, input, "depth", "depth", "metric", ["depth"], "Depth"

    for graph, input, kind, task, head, names, module in (semantic, depth):
        size = input["height"], input["width"]
        metadata = ultralytics_metadata(
            kind, names, size, f"Ultralytics YOLO26n-{kind[:3]} model ", head=module
        )
        labels = {"labels": {"count": len(names), "source": "metadata"}}
        fit = {"fit": "letterbox", "pad": [114, 114, 114]}
        add_graph(
            family, f"ultralytics/yolo26n-{kind}.onnx", graph, metadata, exporter="Ultralytics",
            task=task, head=head, input=input_of(input),
            preprocessing=preprocessing(
                input, antialias=False, **(fit if kind == "semantic" else {"fit": "stretch"})
            ),
            **(labels if kind == "semantic" else {}),
            sources=sources(
                "metadata", head="graph" if kind == "semantic" else "assumed", fit="assumed",
                filter="assumed", antialias="assumed", channels="assumed", mean="assumed",
            ),
        )  # fmt: skip


def add_yolov5(family):
    """Of ultralytics/yolov5, whose export writes stride and names, and nothing else."""
    for file, dynamic, segment in (
        ("yolov5s", False, False),
        ("yolov5s-dynamic", True, False),
        ("yolov5s-seg", False, True),
    ):
        graph = Graph()
        side = None if dynamic else 64
        input = spec("images", side, side, batch=None if dynamic else 1)
        objects = Objects(graph, photograph(graph, input))
        more = (lambda colour, nothing: [coefficients(graph, colour, nothing)]) if segment else None
        levels = []
        for values, logit, scores, others in yolo_levels(graph, objects, 80, FOUND, more):
            certain = graph.Min(graph.Mul(graph.Add(scores, 8.0), 1e3), 12.0)
            scores = [graph.Sigmoid(logit), graph.Sigmoid(graph.Sub(certain, 8.0))]
            rows = graph.Transpose(graph.concat([*values, *scores, *others], 1), perm=[0, 2, 1])
            levels += [rows] * 3  # Three anchors for each cell.
        shape = ["anchors" if dynamic else 252, 117 if segment else 85]
        many = "batch" if dynamic else 1
        graph.output("output0", graph.concat(levels, 1), [many, *shape])
        if segment:
            graph.output("output1", prototypes(graph, objects), [many, 32, 16, 16])
        metadata = {"stride": 32, "names": dict(enumerate(COCO))}
        family.save(f"yolov5/{file}.onnx", graph.model(metadata))
        family.add(
            f"yolov5/{file}.onnx",
            exporter="YOLOv5",
            task="instance-segmentation" if segment else "detection",
            head="yolov5-segment" if segment else "yolov5",
            input=input_of(input),
            preprocessing=preprocessing(
                input, "letterbox", antialias=False, pad=[114, 114, 114],
                size=[640, 640] if dynamic else [64, 64],
            ),
            labels={"count": 80, "source": "metadata"},
            sources=sources(
                "assumed", task="graph", head="graph", size="assumed" if dynamic else "graph",
                labels="metadata", pad="assumed",
            ),
        )  # fmt: skip
