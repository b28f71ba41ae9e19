"""Files of graphs, and what the manifest says of them."""

import json

import onnx

IMAGENET = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]
HALVES = [127.5] * 3, [127.5] * 3  # -1 to 1
UNIT = [0.0] * 3, [255.0] * 3  # 0 to 1
BYTES = [0.0] * 3, [1.0] * 3
TERMS = {
    "file": "what the program is given, relative to this manifest: a graph, or an export's folder",
    "task": {
        "classification": "the likeliest classes",
        "detection": "boxes, with key points where the head has them",
        "instance-segmentation": "boxes, each with its mask",
        "segmentation": "a class, or whether it is foreground, for each pixel",
        "depth": "a distance, or its inverse, for each pixel",
        "embedding": "a vector",
    },
    "head": {
        "logits": "classification: [n, c] before the softmax. Segmentation: [n, c, h, w] or [n, h, w, c]",
        "probabilities": "classification: [n, c] after it. Segmentation: one map of sigmoids, [n, 1, h, w]",
        "label-map": "segmentation: integers [n, h, w]",
        "yolov5": "[n, a, 5 + c]: centre, size, objectness, classes; pixels of the input",
        "yolov5-segment": "[n, a, 5 + c + 32] with prototypes [n, 32, h / 4, w / 4]",
        "yolov8": "[n, 4 + c, a]: centre, size, classes; pixels of the input",
        "yolov8-segment": "[n, 4 + c + 32, a] with prototypes",
        "yolov8-pose": "[n, 4 + c + 3k, a], key points x y visibility",
        "yolo-end2end": "[n, m, 6]: x1 y1 x2 y2 score class; pixels; sorted, no suppression",
        "yolo-end2end-segment": "[n, m, 6 + 32] with prototypes",
        "yolo-end2end-pose": "[n, m, 6 + 3k]",
        "ultralytics-rtdetr": "[n, m, 6]: centre, size in parts of the input, score, class",
        "ultralytics-rtdetr-raw": "[n, m, 4 + c]: centre, size in parts of the input, classes' sigmoids",
        "detr": "logits [n, q, c + 1], softmax, the last is no object; pred_boxes: centre, size in parts",
        "rt-detr": "logits [n, q, c], sigmoid; pred_boxes: centre, size in parts of the input",
        "rt-detr-decoded": "labels, boxes, scores; boxes x1 y1 x2 y2 of what orig_target_sizes says",
        "torchvision": "boxes [m, 4] x1 y1 x2 y2 in pixels, labels from 1, scores; of one image",
        "ssd": "detection_boxes [n, m, 4] y1 x1 y2 x2 in parts, classes from 1, scores, number",
        "ssd-sorted": "bboxes [n, m, 4] x1 y1 x2 y2 in parts, labels from 1, scores",
        "ssd-raw": "scores [n, a, 1 + c], 0 is background; boxes [n, a, 4] x1 y1 x2 y2 in parts",
        "yunet": "cls, obj, bbox, kps at strides 8, 16, 32, relative to the cells",
        "relative": "depth: inverse, of unknown scale",
        "metric": "depth: metres",
        "vector": "embedding: [n, d]",
    },
    "input": "layout nchw or nhwc; type fp32, fp16 or uint8; batch, height, width: a number or 'dynamic'",
    "preprocessing": {
        "fit": {
            "crop": "the shorter side becomes short_side, then size is cut from the centre",
            "stretch": "all pixels become size; proportions may change",
            "letterbox": "the largest that fits into size, proportions kept, in the centre of `pad`",
            "short-side": "the shorter side becomes short_side unless the longer exceeds longest; no crop",
            "multiple": "scaled by the one of the two factors to size that is nearer to 1, then each "
            "side rounded to the multiple; proportions kept as far as that allows",
        },
        "size": "[height, width]",
        "filter": "bilinear or bicubic",
        "antialias": "as Pillow's when shrinking; false where the exporter uses OpenCV's resize",
        "mean, std": "(pixel - mean) / std of pixels 0 to 255; red, green, blue in any channel order",
        "pad": "red, green, blue, 0 to 255",
    },
    "labels": "count, and source: where the names are; 'numbers' where there are none",
    "sources": {
        "metadata": "metadata_props of the ONNX file",
        "preprocessor_config.json": "Hugging Face's",
        "config.json": "Hugging Face's: architectures, id2label, depth_estimation_type",
        "pretrained_cfg": "of timm's config.json",
        "graph": "names, shapes and types",
        "assumed": "what that exporter's networks usually want; nothing in the file says so",
    },
    "must_state": "what nothing tells and no exporter implies: the keys that a user has to give",
    "refuse": "why the graph is to be refused",
}


class Family:
    """Collects graphs in a folder, and what is true of them."""

    def __init__(self, output):
        self.output = output
        self.entries = []

    def save(self, file, model, files=None, check=True):
        """Writes the graph as `file`, and beside it `files`, texts or JSON."""
        path = self.output / file
        path.parent.mkdir(parents=True, exist_ok=True)
        if check:
            onnx.checker.check_model(model, full_check=True)
        path.write_bytes(model.SerializeToString())
        for name, content in (files or {}).items():
            text = content if isinstance(content, str) else json.dumps(content, indent=2) + "\n"
            (path.parent / name).write_text(text)

    def add(self, file, **description):
        self.entries.append({"file": file, **description})


def spec(name, height, width, normal=UNIT, **changes):
    """An input: what the graph declares, and what `photograph` needs to read it."""
    return {
        "name": name,
        "batch": None,
        "height": height,
        "width": width,
        "layout": "nchw",
        "type": "fp32",
        "channels": "rgb",
        "normal": normal,
        **changes,
    }


def input_of(spec):
    def known(value):
        return "dynamic" if value is None else value

    return {
        "name": spec["name"],
        "layout": spec["layout"],
        "type": spec["type"],
        "batch": known(spec["batch"]),
        "height": known(spec["height"]),
        "width": known(spec["width"]),
    }


def preprocessing(spec, fit, filter="bilinear", antialias=True, **more):
    mean, std = spec["normal"]
    size = [spec["height"], spec["width"]]
    return {
        "fit": fit,
        **({"size": size} if None not in size and "size" not in more else {}),
        **more,
        "filter": filter,
        "antialias": antialias,
        "channels": spec["channels"],
        "mean": mean,
        "std": std,
    }


def sources(everything, **others):
    keys = "task", "head", "input", "fit", "size", "filter", "antialias", "channels", "mean"
    return {**dict.fromkeys((*keys, "labels"), everything), "input": "graph", **others}


KNOWN = sources("assumed", task="graph", head="graph", size="graph", labels="graph")


def add_graph(family, file, graph, metadata=None, producer="pytorch", opset=17, ir=8,
              weights_as_inputs=False, **truth):  # fmt: skip
    model = graph.model(metadata, opset, ir, producer, weights_as_inputs)
    family.save(file, model)
    family.add(file, **truth)
