"""Hugging Face, as `optimum-cli export onnx` writes a folder, and timm as its model hub does."""

import numpy as np
from onnx_graph import FLOAT, INT64, Graph

from exports.colours import (
    Objects,
    brightness,
    colour_classes,
    colour_vector,
    nearest_colour,
    one_hot,
    photograph,
)
from exports.family import HALVES, IMAGENET, UNIT, input_of, preprocessing, sources, spec
from exports.names import COCO, COCO_91, PALETTE
from exports.ultralytics import FOUND

HF_SOURCES = {
    **sources("preprocessor_config.json", task="config.json", head="config.json"),
    **{"channels": "assumed", "labels": "config.json", "antialias": "assumed"},
}
OPENAI_CLIP = [122.7709383, 116.7460125, 104.09373615], [68.5005327, 66.6321579, 70.32316305]


def add_hugging_face(
    family, folder, graph, outputs, config, processor, labels=None, place="", more=None, **truth
):
    """Writes model.onnx, config.json and preprocessor_config.json. `truth` is for the manifest."""
    for name, tensor, shape, *type in outputs:
        graph.output(name, tensor, shape, *type)
    if labels:
        names = {str(index): label for index, label in enumerate(labels)}
        config |= {"id2label": names, "label2id": {label: int(key) for key, label in names.items()}}
    config |= {"num_channels": 3, "torch_dtype": "float32", "transformers_version": "4.57.1"}
    root = "../" if place else ""
    family.save(
        f"{folder}/{place}model.onnx",
        graph.model(),
        {
            f"{root}config.json": config,
            f"{root}preprocessor_config.json": processor,
            **(more or {}),
        },
    )
    truth.setdefault("labels", {"count": len(labels or []), "source": "config.json"})
    if not truth["labels"]["count"]:
        del truth["labels"]
    family.add(folder, exporter="Hugging Face", **truth)


def pixel_values(normal, **changes):
    """optimum leaves every dimension open, the number of channels too."""
    declared = ["batch_size", "num_channels", "height", "width"]
    return spec("pixel_values", None, None, normal, declared=declared, **changes)


def processor_config(kind, size, normal, resample=2, **changes):
    mean, std = ([value / 255 for value in values] for values in normal)
    return {
        "do_normalize": True,
        "do_rescale": True,
        "do_resize": True,
        "image_mean": mean,
        "image_processor_type": kind,
        "image_std": std,
        "resample": resample,
        "rescale_factor": 0.00392156862745098,
        "size": size,
        **changes,
    }


def square(side):
    return {"height": side, "width": side}


def add_hugging_face_classifiers(family):
    """ViT stretches, ResNet's crop is a part of its size, MobileNet's stands beside it."""
    palette = list(PALETTE)
    vit = {"architectures": ["ViTForImageClassification"], "model_type": "vit", "image_size": 64}
    older = processor_config("", 64, HALVES, feature_extractor_type="ViTFeatureExtractor")
    for key in "image_processor_type", "do_rescale", "rescale_factor":
        del older[key]
    resnet = {"architectures": ["ResNetForImageClassification"], "model_type": "resnet"}
    convnext = {"architectures": ["ConvNextForImageClassification"], "model_type": "convnext"}
    mobilenet = {
        "architectures": ["MobileNetV2ForImageClassification"],
        "model_type": "mobilenet_v2",
        "image_size": 64,
    }
    thousand = ["background", *palette, *(f"class {index}" for index in range(13, 1001))]
    vit_processor = processor_config("ViTImageProcessor", square(64), HALVES)
    stretch = {"fit": "stretch", "size": [64, 64]}
    variants = [
        ("vit", vit, vit_processor, HALVES, palette, stretch),
        ("vit-older", vit, older, HALVES, palette, stretch),
        ("vit-subfolder", vit, vit_processor, HALVES, palette, stretch),
        (
            "resnet", resnet,
            processor_config("ConvNextImageProcessor", {"shortest_edge": 64}, IMAGENET, 3, crop_pct=0.875),
            IMAGENET, palette,
            {"fit": "crop", "short_side": 73, "size": [64, 64], "filter": "bicubic"},
        ),
        (
            "convnext-384", convnext,
            processor_config("ConvNextImageProcessor", {"shortest_edge": 384}, IMAGENET, 3, crop_pct=0.875),
            IMAGENET, palette, {"fit": "stretch", "size": [384, 384], "filter": "bicubic"},
        ),
        (
            "mobilenet-v2", mobilenet,
            processor_config(
                "MobileNetV2ImageProcessor", {"shortest_edge": 73}, HALVES,
                do_center_crop=True, crop_size=square(64),
            ),
            HALVES, thousand, {"fit": "crop", "short_side": 73, "size": [64, 64]},
        ),
    ]  # fmt: skip
    for name, config, processor, normal, labels, fit in variants:
        graph = Graph()
        input = pixel_values(normal)
        offset = len(labels) - 1000 if len(labels) > 1000 else 0
        logits = nearest_colour(graph, photograph(graph, input), len(labels), offset)
        add_hugging_face(
            family, f"hugging-face/{name}", graph, [("logits", logits, ["batch_size", len(labels)])],
            dict(config), processor, labels,
            place="onnx/" if name == "vit-subfolder" else "",
            task="classification", head="logits", input=input_of(input),
            preprocessing=preprocessing(input, **fit), sources=HF_SOURCES,
        )  # fmt: skip


def detection_queries(graph, objects, queries, classes, found, nothing):
    """DETR's two outputs, [n, queries, classes] and [n, queries, 4]; the last three queries find."""
    presence = objects.rows([objects.presence])
    hot = np.stack([one_hot(index, classes, classes) for index in found])[None]
    base = np.full((1, 1, classes), -12, np.float32)
    idle = base.copy()
    if nothing:
        base[..., -1], idle[..., -1] = 0, 8
    logits = graph.Add(graph.Mul(hot, graph.Sub(presence, base)), base)
    none = graph.Mul(graph.ReduceSum(presence, [1], keepdims=1), 0.0)
    none = graph.Add(none, np.zeros((1, queries - 3, 1), np.float32))
    some = np.array([[[0.5, 0.5, 0.1, 0.1]]], np.float32)
    boxes = graph.concat([graph.Add(none, some), objects.rows(objects.centres())], 1)
    return graph.concat([graph.Add(none, idle), logits], 1), boxes


def add_hugging_face_detectors(family):
    """DETR keeps the photograph's proportions and takes a mask of what is padding; YOLOS is the
    same without the mask; RT-DETR stretches, and has no class for nothing."""
    edges = {"shortest_edge": 96, "longest_edge": 160}
    detr = {"architectures": ["DetrForObjectDetection"], "model_type": "detr", "num_queries": 100}
    yolos = {"architectures": ["YolosForObjectDetection"], "model_type": "yolos"}
    rtdetr = {
        "architectures": ["RTDetrForObjectDetection"],
        "model_type": "rt_detr",
        "num_queries": 300,
        "use_focal_loss": True,
    }
    rtdetr_v2 = {
        **rtdetr,
        "architectures": ["RTDetrV2ForObjectDetection"],
        "model_type": "rt_detr_v2",
    }
    dfine = {**rtdetr, "architectures": ["DFineForObjectDetection"], "model_type": "d_fine"}
    detr_processor = processor_config(
        "DetrImageProcessor", edges, IMAGENET, do_pad=True, format="coco_detection"
    )
    older = processor_config("", 96, IMAGENET, max_size=160, format="coco_detection")
    older["feature_extractor_type"] = "DetrFeatureExtractor"
    for key in "image_processor_type", "do_rescale", "rescale_factor", "resample":
        del older[key]
    rtdetr_processor = processor_config(
        "RTDetrImageProcessor", square(128), IMAGENET,
        do_normalize=False, do_pad=False, format="coco_detection",
    )  # fmt: skip
    short = {"fit": "short-side", "short_side": 96, "longest": 160}
    stretch = {"fit": "stretch", "size": [128, 128]}
    car_truck_cup = [COCO_91.index(COCO[index]) for index in FOUND]
    variants = [
        ("detr", "detr", detr, detr_processor, IMAGENET, COCO_91, car_truck_cup, 100, short, True),
        ("detr-older", "detr", detr, older, IMAGENET, COCO_91, car_truck_cup, 100, short, True),
        (
            "yolos",
            "detr",
            yolos,
            detr_processor,
            IMAGENET,
            COCO_91,
            car_truck_cup,
            100,
            short,
            False,
        ),
        ("rt-detr", "rt-detr", rtdetr, rtdetr_processor, UNIT, COCO, FOUND, 300, stretch, False),
        (
            "rt-detr-v2",
            "rt-detr",
            rtdetr_v2,
            rtdetr_processor,
            UNIT,
            COCO,
            FOUND,
            300,
            stretch,
            False,
        ),
        ("d-fine", "rt-detr", dfine, rtdetr_processor, UNIT, COCO, FOUND, 300, stretch, False),
    ]
    for name, head, config, processor, normal, labels, found, queries, fit, mask in variants:
        graph = Graph()
        input = pixel_values(normal)
        objects = Objects(graph, photograph(graph, input))
        if mask:
            graph.input("pixel_mask", ["batch_size", 64, 64], INT64)
        nothing = head == "detr"
        classes = len(labels) + nothing
        logits, boxes = detection_queries(graph, objects, queries, classes, found, nothing)
        if mask:  # Of no effect, but the graph wants it.
            seen = graph.Cast(graph.reshape("pixel_mask", 0, 1, -1), to=FLOAT)
            seen = graph.ReduceMean(graph.Mul(seen, 0.0), axes=[2], keepdims=1)
            logits = graph.Add(logits, seen)
        outputs = [
            ("logits", logits, ["batch_size", "num_queries", classes]),
            ("pred_boxes", boxes, ["batch_size", "num_queries", 4]),
        ]
        add_hugging_face(
            family, f"hugging-face/{name}", graph, outputs, dict(config), processor, labels,
            task="detection", head=head, input=input_of(input),
            preprocessing=preprocessing(input, **fit), sources=HF_SOURCES,
        )  # fmt: skip


def add_hugging_face_maps(family):
    labels = ["background", "road", "red", "sky", "green", "tree", "blue"]
    config = {"architectures": ["SegformerForSemanticSegmentation"], "model_type": "segformer"}
    graph = Graph()
    input = pixel_values(IMAGENET)
    logits = colour_classes(graph, photograph(graph, input), len(labels), (2, 4, 6))
    add_hugging_face(
        family, "hugging-face/segformer", graph,
        [("logits", logits, ["batch_size", "num_labels", "height", "width"])], config,
        processor_config("SegformerImageProcessor", square(128), IMAGENET, do_reduce_labels=True), labels,
        task="segmentation", head="logits", input=input_of(input),
        preprocessing=preprocessing(input, "stretch", size=[128, 128]), sources=HF_SOURCES,
    )  # fmt: skip

    dpt = {"architectures": ["DPTForDepthEstimation"], "model_type": "dpt", "image_size": 64}
    anything = {
        "architectures": ["DepthAnythingForDepthEstimation"],
        "model_type": "depth_anything",
        "patch_size": 14,
    }
    metric = {**anything, "depth_estimation_type": "metric", "max_depth": 20}
    fourteen = processor_config(
        "DPTImageProcessor", square(70), IMAGENET, 3, keep_aspect_ratio=True, ensure_multiple_of=14,
        do_pad=False, size_divisor=None,
    )  # fmt: skip
    one = processor_config(
        "DPTImageProcessor", square(64), HALVES, 3, keep_aspect_ratio=False, ensure_multiple_of=1
    )
    thirty_two = processor_config(
        "DPTImageProcessor", square(96), HALVES, 3, keep_aspect_ratio=True, ensure_multiple_of=32
    )
    multiple = {"fit": "multiple", "size": [70, 70], "multiple": 14, "filter": "bicubic"}
    variants = [
        ("dpt", "relative", dpt, one, HALVES, {"fit": "stretch", "size": [64, 64], "filter": "bicubic"}),
        (
            "dpt-proportions", "relative", dpt, thirty_two, HALVES,
            {"fit": "multiple", "size": [96, 96], "multiple": 32, "filter": "bicubic"},
        ),
        ("depth-anything", "relative", anything, fourteen, IMAGENET, multiple),
        ("depth-anything-metric", "metric", metric, fourteen, IMAGENET, multiple),
    ]  # fmt: skip
    for name, head, config, processor, normal, fit in variants:
        graph = Graph()
        input = pixel_values(normal)
        depth = graph.Add(graph.Mul(brightness(graph, photograph(graph, input)), 10.0), 0.5)
        add_hugging_face(
            family, f"hugging-face/{name}", graph,
            [("predicted_depth", depth, ["batch_size", "height", "width"])], dict(config), processor,
            task="depth", head=head, input=input_of(input),
            preprocessing=preprocessing(input, **fit), sources=HF_SOURCES,
        )  # fmt: skip


def add_hugging_face_embeddings(family):
    clip = {"architectures": ["CLIPVisionModelWithProjection"], "model_type": "clip_vision_model"}
    dino = {"architectures": ["Dinov2Model"], "model_type": "dinov2", "hidden_size": 48}
    crop = {"do_center_crop": True, "crop_size": square(64), "do_convert_rgb": True}
    variants = [
        (
            "clip-vision", clip, OPENAI_CLIP, 128, "image_embeds",
            processor_config("CLIPImageProcessor", {"shortest_edge": 64}, OPENAI_CLIP, 3, **crop),
            {"short_side": 64, "filter": "bicubic"},
        ),
        (
            "dinov2", dino, IMAGENET, 48, "pooler_output",
            processor_config("BitImageProcessor", {"shortest_edge": 73}, IMAGENET, 3, **crop),
            {"short_side": 73, "filter": "bicubic"},
        ),
    ]  # fmt: skip
    for name, config, normal, size, output, processor, fit in variants:
        graph = Graph()
        input = pixel_values(normal)
        vector = colour_vector(graph, photograph(graph, input), size)
        hidden = graph.concat([graph.Unsqueeze(vector, [1])] * 5, 1)
        outputs = [
            ("last_hidden_state", hidden, ["batch_size", "sequence_length", size]),
            (output, vector, ["batch_size", size]),
        ]
        if name == "clip-vision":
            outputs.reverse()
        add_hugging_face(
            family, f"hugging-face/{name}", graph, outputs, dict(config), processor,
            task="embedding", head="vector", input=input_of(input), output=output,
            preprocessing=preprocessing(input, "crop", size=[64, 64], **fit), sources=HF_SOURCES,
        )  # fmt: skip


def add_timm(family):
    palette = list(PALETTE)
    variants = [
        # crop_mode, crop_pct, interpolation, normal, labels, fit
        (
            "efficientnet_b0",
            "center",
            0.875,
            "bicubic",
            IMAGENET,
            palette,
            {"fit": "crop", "short_side": 73},
        ),
        (
            "vit_small_plus",
            "center",
            1.0,
            "bicubic",
            HALVES,
            palette,
            {"fit": "crop", "short_side": 64},
        ),
        ("eva02_squash", "squash", 1.0, "bicubic", OPENAI_CLIP, palette, {"fit": "stretch"}),
        ("resnet18", "center", 0.95, "bilinear", IMAGENET, None, {"fit": "crop", "short_side": 67}),
    ]
    for name, mode, part, filter, normal, labels, fit in variants:
        count = len(labels or range(1000))
        graph = Graph()
        input = spec("input0", 64, 64, normal)
        logits = nearest_colour(graph, photograph(graph, input), count)
        graph.output("output0", logits, ["batch", count])
        mean, std = ([value / 255 for value in values] for values in normal)
        config = {
            "architecture": name,
            "num_classes": count,
            "num_features": 1280,
            "global_pool": "avg",
            **({"label_names": labels} if labels else {}),
            "pretrained_cfg": {
                "tag": "ra_in1k",
                "custom_load": False,
                "input_size": [3, 64, 64],
                "fixed_input_size": False,
                "interpolation": filter,
                "crop_pct": part,
                "crop_mode": mode,
                "mean": mean,
                "std": std,
                "num_classes": count,
                "pool_size": [2, 2],
                "first_conv": "conv_stem",
                "classifier": "classifier",
            },
        }
        family.save(f"timm/{name}/model.onnx", graph.model(), {"config.json": config})
        family.add(
            f"timm/{name}",
            exporter="timm",
            task="classification",
            head="logits",
            input=input_of(input),
            preprocessing=preprocessing(input, filter=filter, **fit),
            labels={"count": count, "source": "config.json" if labels else "numbers"},
            sources=sources(
                "pretrained_cfg", task="pretrained_cfg", head="graph", antialias="assumed",
                channels="assumed", labels="config.json" if labels else "graph",
            ),
        )  # fmt: skip
