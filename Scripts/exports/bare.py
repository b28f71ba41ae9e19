"""torchvision, TensorFlow, SSD, YuNet and others, which write a graph and nothing else."""

from onnx_graph import FLOAT, INT64, Graph

from exports.colours import (
    STRIDES,
    Objects,
    colour_classes,
    colour_vector,
    coloured,
    nearest_colour,
    one_hot,
    photograph,
)
from exports.family import (
    BYTES,
    HALVES,
    IMAGENET,
    KNOWN,
    UNIT,
    add_graph,
    input_of,
    preprocessing,
    spec,
)
from exports.ultralytics import FOUND


def add_torchvision(family):
    # A detector's graph normalises and resizes by itself, takes one image without a batch, and ends
    # in the boxes that are left.
    for name, height, batched in (
        ("fasterrcnn_resnet50", None, False),
        ("fasterrcnn_fixed", 96, False),
        ("retinanet_batch", None, True),
    ):
        graph = Graph()
        width = height and 128
        input = spec(
            "images" if batched else "image", height, width, batch=1, unbatched=not batched
        )
        objects = Objects(graph, photograph(graph, input))
        boxes = objects.rows([*objects.corners(), objects.classes((3, 8, 47))])
        score, [rows] = objects.sorted((boxes, 5))
        kept = graph.reshape(graph.NonZero(graph.Greater(graph.reshape(score, -1), 0.05)), -1)
        rows = graph.Gather(graph.reshape(rows, 3, 5), kept, axis=0)
        graph.output("boxes", graph.Gather(rows, [0, 1, 2, 3], axis=1), ["detections", 4])
        labels = graph.reshape(graph.Gather(rows, [4], axis=1), -1)
        labels = ("labels", graph.Cast(labels, to=INT64), ["detections"], INT64)
        scores = ("scores", graph.Gather(graph.reshape(score, -1), kept), ["detections"])
        for output in (
            (scores, labels) if batched else (labels, scores)
        ):  # RetinaNet's order differs.
            graph.output(*output)
        size = {"short_side": 800, "longest": 1333} if height is None else {}
        add_graph(
            family, f"torchvision/{name}.onnx", graph, exporter="torchvision", task="detection",
            head="torchvision", input=input_of(input) | ({} if batched else {"batch": "none"}),
            preprocessing=preprocessing(input, "stretch" if height else "short-side", **size),
            labels={"count": "unknown", "source": "numbers"},
            sources=KNOWN | {"size": "graph" if height else "assumed"},
        )  # fmt: skip

    graph = Graph()
    input = spec("input", 64, 64, IMAGENET)
    graph.output("output", nearest_colour(graph, photograph(graph, input), 1000), ["batch", 1000])
    add_graph(
        family, "torchvision/resnet18.onnx", graph, exporter="torchvision", task="classification",
        head="logits", input=input_of(input),
        preprocessing=preprocessing(input, "crop", short_side=73),
        labels={"count": 1000, "source": "numbers"}, sources=KNOWN,
    )  # fmt: skip

    for name, side in ("deeplabv3_resnet50", 96), ("deeplabv3_dynamic", None):
        graph = Graph()
        input = spec("input", side, side, IMAGENET)
        rgb = photograph(graph, input)
        sides = [side, side] if side else ["height", "width"]
        for output in "out", "aux":
            logits = colour_classes(graph, rgb, 21, (7, 12, 20), pool=1)
            graph.output(output, logits, ["batch", 21, *sides])
        add_graph(
            family, f"torchvision/{name}.onnx", graph, exporter="torchvision", task="segmentation",
            head="logits", output="out", input=input_of(input),
            preprocessing=preprocessing(input, "stretch", size=[side or 520] * 2),
            labels={"count": 21, "source": "numbers"},
            sources=KNOWN | {"size": "graph" if side else "assumed"},
        )  # fmt: skip


def add_tensorflow(family):
    """tf2onnx keeps TensorFlow's layout, and its `:0` behind names."""
    labels = {"count": "unknown", "source": "numbers"}
    for name, more in ("ssd_mobilenet_v1", False), ("ssd_mobilenet_v2_tf2", True):
        graph = Graph()
        input = spec(
            "input_tensor" if more else "image_tensor:0", None, None, BYTES, layout="nhwc",
            type="uint8", batch=1 if more else None,
        )  # fmt: skip
        objects = Objects(graph, photograph(graph, input))
        x1, y1, x2, y2 = objects.corners(parts=True)
        rows = objects.rows([y1, x1, y2, x2, objects.classes((3, 8, 47))])
        score, [rows] = objects.sorted((rows, 5))
        rows = graph.Pad(rows, [0, 0, 0, 0, 97, 0])
        boxes = graph.Gather(rows, [0, 1, 2, 3], axis=2)
        found = graph.Cast(graph.Greater(score, 0.3), to=FLOAT)
        n = 1 if more else "batch"
        outputs = {
            "detection_boxes": (boxes, [n, 100, 4]),
            "detection_classes": (graph.Squeeze(graph.Gather(rows, [4], axis=2), [2]), [n, 100]),
            "detection_scores": (
                graph.Squeeze(graph.Pad(score, [0, 0, 0, 0, 97, 0]), [2]),
                [n, 100],
            ),
            "num_detections": (graph.Squeeze(graph.ReduceSum(found, [1], keepdims=1), [1, 2]), [n]),
        }
        if more:
            raw = graph.concat([boxes] * 3, 1)
            outputs |= {
                "detection_anchor_indices": (outputs["detection_classes"][0], [n, 100]),
                "detection_multiclass_scores": (graph.concat([boxes] * 3, 2), [n, 100, 12]),
                "raw_detection_boxes": (raw, [n, 300, 4]),
                "raw_detection_scores": (graph.concat([raw] * 3, 2), [n, 300, 12]),
            }
        for output in sorted(outputs):
            graph.output(output if more else f"{output}:0", *outputs[output])
        add_graph(
            family, f"tensorflow/{name}.onnx", graph, producer="tf2onnx", exporter="TensorFlow",
            task="detection", head="ssd", input=input_of(input),
            preprocessing=preprocessing(input, "stretch", size=[320, 320] if more else [300, 300]),
            labels=labels, sources=KNOWN | {"size": "assumed", "mean": "graph"},
        )  # fmt: skip

    graph = Graph()
    input = spec("ImageTensor:0", None, None, BYTES, layout="nhwc", type="uint8", batch=1)
    logits = colour_classes(graph, photograph(graph, input), 21, (7, 12, 20), pool=1)
    classes = graph.ArgMax(logits, axis=1, keepdims=0)
    graph.output("SemanticPredictions:0", classes, [1, "height", "width"], INT64)
    add_graph(
        family, "tensorflow/deeplabv3_mobilenet.onnx", graph, producer="tf2onnx", exporter="TensorFlow",
        task="segmentation", head="label-map", input=input_of(input),
        preprocessing=preprocessing(input, "stretch", size=[513, 513]), labels=labels,
        sources=KNOWN | {"size": "assumed", "mean": "graph"},
    )  # fmt: skip

    graph = Graph()
    input = spec("sub_7", 65, 65, HALVES, layout="nhwc", batch=1)
    logits = colour_classes(graph, photograph(graph, input), 21, (7, 12, 20), pool=1)
    graph.output("ResizeBilinear_2", graph.Transpose(logits, perm=[0, 2, 3, 1]), [1, 65, 65, 21])
    add_graph(
        family, "tensorflow/deeplabv3_float.onnx", graph, producer="tf2onnx", exporter="TensorFlow",
        task="segmentation", head="logits", input=input_of(input),
        preprocessing=preprocessing(input, "stretch"), labels={"count": 21, "source": "numbers"},
        sources=KNOWN, must_state=["mean", "std"],
    )  # fmt: skip

    graph = Graph()
    input = spec("input", 64, 64, BYTES, layout="nhwc", type="uint8", batch=1)
    logits = nearest_colour(graph, photograph(graph, input), 1001, 1)
    graph.output("MobilenetV1/Predictions/Softmax", graph.Softmax(logits, axis=1), [1, 1001])
    add_graph(
        family, "tensorflow/mobilenet_v1_uint8.onnx", graph, producer="tf2onnx", exporter="TensorFlow",
        task="classification", head="probabilities", input=input_of(input),
        preprocessing=preprocessing(input, "crop", short_side=73),
        labels={"count": 1001, "source": "numbers"}, sources=KNOWN | {"mean": "graph"},
    )  # fmt: skip

    graph = Graph()
    input = spec("input_1", 64, 64, HALVES, layout="nhwc")
    logits = nearest_colour(graph, photograph(graph, input), 12)
    graph.output("predictions", graph.Softmax(logits, axis=1), ["batch", 12])
    add_graph(
        family, "tensorflow/keras_mobilenet.onnx", graph, producer="tf2onnx", exporter="Keras",
        task="classification", head="probabilities", input=input_of(input),
        preprocessing=preprocessing(input, "crop", short_side=73),
        labels={"count": 12, "source": "numbers"}, sources=KNOWN, must_state=["mean", "std"],
    )  # fmt: skip

    graph = Graph()
    input = spec("input_1", 32, 32, UNIT, layout="nhwc", batch=1)
    mask = graph.Transpose(coloured(graph, photograph(graph, input)), perm=[0, 2, 3, 1])
    graph.output("activation_10", mask, [1, 32, 32, 1])
    add_graph(
        family, "tensorflow/mediapipe_selfie.onnx", graph, producer="tf2onnx", exporter="MediaPipe",
        task="segmentation", head="probabilities", input=input_of(input),
        preprocessing=preprocessing(input, "stretch"), labels={"count": 2, "source": "numbers"},
        sources=KNOWN,
    )  # fmt: skip


def add_ssd(family):
    """MLPerf's SSD ends in sorted boxes, UltraFace and its kin in decoded priors."""
    graph = Graph()
    input = spec("image", 96, 96, IMAGENET, batch=1)
    objects = Objects(graph, photograph(graph, input))
    rows = objects.rows([*objects.corners(parts=True), objects.classes((3, 8, 47))])
    score, [rows] = objects.sorted((rows, 5))
    graph.output("bboxes", graph.Gather(rows, [0, 1, 2, 3], axis=2), [1, "nbox", 4])
    labels = graph.Squeeze(graph.Gather(rows, [4], axis=2), [2])
    graph.output("labels", graph.Cast(labels, to=INT64), [1, "nbox"], INT64)
    graph.output("scores", graph.Squeeze(score, [2]), [1, "nbox"])
    add_graph(
        family, "ssd/ssd-resnet34.onnx", graph, exporter="MLPerf", task="detection", head="ssd-sorted",
        input=input_of(input), preprocessing=preprocessing(input, "stretch"),
        labels={"count": "unknown", "source": "numbers"}, sources=KNOWN,
    )  # fmt: skip

    for name, side, normal, classes, found in (
        ("ultraface", 96, ([127.0] * 3, [128.0] * 3), 1, (1, 1, 1)),
        ("mobilenet-v1-ssd", 96, ([127.0] * 3, [128.0] * 3), 20, (7, 12, 20)),
    ):
        graph = Graph()
        input = spec("input", side, side, normal, batch=1)
        objects = Objects(graph, photograph(graph, input))
        boxes, scores = [], []
        for colour, stride in enumerate(STRIDES):
            logit = graph.reshape(objects.anchors(colour, stride), 0, -1, 1)
            hot = one_hot(found[colour], classes + 1, 1, 1, classes + 1)
            background = one_hot(0, classes + 1, 1, 1, classes + 1)
            logits = graph.Sub(graph.Mul(hot, graph.Add(logit, 8.0)), 8 * (1 - background))
            scores.append(graph.Softmax(logits, axis=2))
            corners = objects.corners(parts=True)
            corner = [graph.reshape(graph.Gather(c, [colour], axis=1), 0, 1, 1) for c in corners]
            boxes.append(graph.Add(graph.concat(corner, 2), graph.Mul(logit, 0.0)))
        cells = sum((side // stride) ** 2 for stride in STRIDES)
        graph.output("scores", graph.concat(scores, 1), [1, cells, classes + 1])
        graph.output("boxes", graph.concat(boxes, 1), [1, cells, 4])
        add_graph(
            family, f"ssd/{name}.onnx", graph, exporter="pytorch-ssd", task="detection", head="ssd-raw",
            input=input_of(input), preprocessing=preprocessing(input, "stretch"),
            labels={"count": classes, "source": "numbers"}, sources=KNOWN,
        )  # fmt: skip

    # The RT-DETR of its authors decodes by itself, and wants the photograph's width and height.
    graph = Graph()
    input = spec("images", 128, 128, UNIT)
    objects = Objects(graph, photograph(graph, input))
    sizes = graph.input("orig_target_sizes", ["N", 2], INT64)
    rows = objects.rows([*objects.corners(parts=True), objects.classes(FOUND)])
    score, [rows] = objects.sorted((rows, 5))
    pad = [0, 0, 0, 0, 297, 0]
    boxes = graph.Pad(graph.Gather(rows, [0, 1, 2, 3], axis=2), pad)
    sizes = graph.Unsqueeze(graph.Cast(graph.concat([sizes, sizes], 1), to=FLOAT), [1])
    labels = graph.Squeeze(graph.Pad(graph.Gather(rows, [4], axis=2), pad), [2])
    graph.output("labels", graph.Cast(labels, to=INT64), ["N", 300], INT64)
    graph.output("boxes", graph.Mul(boxes, sizes), ["N", 300, 4])
    graph.output("scores", graph.Squeeze(graph.Pad(score, pad), [2]), ["N", 300])
    add_graph(
        family, "ssd/rtdetr-authors.onnx", graph, exporter="RT-DETR", task="detection",
        head="rt-detr-decoded", input=input_of(input), preprocessing=preprocessing(input, "stretch"),
        labels={"count": "unknown", "source": "numbers"}, sources=KNOWN,
    )  # fmt: skip


def add_yunet(family):
    """OpenCV's face detector: four outputs for each of three strides, relative to the cells."""
    for name, side in ("face_detection_yunet_fixed", 64), ("face_detection_yunet_dynamic", None):
        graph = Graph()
        batch = None if side is None else 1
        input = spec("input", side, side, BYTES, channels="bgr", batch=batch)
        objects = Objects(graph, photograph(graph, input))
        outputs = {}
        for colour, stride in enumerate(STRIDES):
            logit = graph.reshape(objects.anchors(colour, stride), 0, -1, 1)
            nothing = graph.Mul(objects.anchors(colour, stride), 0.0)
            cells = [
                graph.Range(0.0, graph.Floor(graph.Div(extent, float(stride))), 1.0)
                for extent in (objects.image_width, objects.image_height)
            ]
            cells = graph.reshape(cells[0], 1, 1, 1, -1), graph.reshape(cells[1], 1, 1, -1, 1)

            def relative(point, axis):
                off = graph.Sub(graph.Div(point, float(stride)), cells[axis])
                return graph.reshape(graph.Add(off, nothing), 0, -1, 1)

            def size(name):
                value = graph.Log(graph.Div(objects.of(name, colour), float(stride)))
                return graph.reshape(graph.Add(value, nothing), 0, -1, 1)

            box = [relative(objects.of("x", colour), 0), relative(objects.of("y", colour), 1)]
            points = []
            for point in range(5):
                points.append(relative(objects.of("x", point % 3), 0))
                points.append(relative(objects.of("y", point % 3), 1))
            outputs[f"cls_{stride}"] = graph.Sigmoid(logit)
            outputs[f"obj_{stride}"] = graph.Sigmoid(logit)
            outputs[f"bbox_{stride}"] = graph.concat([*box, size("width"), size("height")], 2)
            outputs[f"kps_{stride}"] = graph.concat(points, 2)
        for kind, width in ("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10):
            for stride in STRIDES:
                cells = f"cells_{stride}" if side is None else (side // stride) ** 2
                output = f"{kind}_{stride}"
                graph.output(output, outputs[output], [batch or "batch", cells, width])
        add_graph(
            family, f"yunet/{name}.onnx", graph, exporter="OpenCV Zoo", task="detection", head="yunet",
            input=input_of(input),
            preprocessing=preprocessing(
                input, "letterbox", antialias=False, size=[side or 640] * 2, pad=[0, 0, 0]
            ),
            labels={"count": 1, "source": "graph"}, keypoints=5,
            sources=KNOWN | {"size": "graph" if side else "assumed", "pad": "assumed"},
        )  # fmt: skip


def add_masks(family):
    """U2-Net gives its mask seven times, from fused to coarsest."""
    for name, outputs in (
        ("u2net", ["1959", "1960", "1961", "1962", "1963", "1964", "1965"]),
        ("u2net_named", [f"d{index}" for index in range(7)]),
    ):
        graph = Graph()
        input = spec("input.1", 64, 64, IMAGENET, batch=1)
        mask = coloured(graph, photograph(graph, input))
        for level, output in enumerate(outputs):
            graph.output(output, graph.Mul(mask, 1 - 0.05 * level), [1, 1, 64, 64])
        add_graph(
            family, f"u2net/{name}.onnx", graph, exporter="U2-Net", task="segmentation",
            head="probabilities", output=outputs[0], input=input_of(input),
            preprocessing=preprocessing(input, "stretch"), labels={"count": 2, "source": "numbers"},
            sources=KNOWN,
        )  # fmt: skip


def add_embeddings(family):
    graph = Graph()
    input = spec("images", 64, 64, IMAGENET)
    graph.output("features", colour_vector(graph, photograph(graph, input), 1280), ["n", 1280])
    add_graph(
        family, "embedding/mobilenetv2.onnx", graph, exporter="PyTorch", task="embedding", head="vector",
        input=input_of(input), preprocessing=preprocessing(input, "crop", short_side=73), sources=KNOWN,
    )  # fmt: skip

    graph = Graph()
    input = spec("data", 112, 112, BYTES, batch=1)
    graph.output("fc1", colour_vector(graph, photograph(graph, input), 128), [1, 128])
    add_graph(
        family, "embedding/sface.onnx", graph, producer="mxnet", ir=3, weights_as_inputs=True,
        exporter="SFace", task="embedding", head="vector", input=input_of(input),
        preprocessing=preprocessing(input, "stretch"), sources=KNOWN,
    )  # fmt: skip
