"""What the authors of networks do before and after a network, in NumPy, Pillow and OpenCV.

Boxes are x1, y1, x2, y2. A function says whose arithmetic it follows. Everything is float32 where
theirs is.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageOps

RESAMPLING = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


# Suppression -------------------------------------------------------------------------------------


def intersection_over_union(box, boxes):
    """In the order of operations of torchvision's kernel. Two boxes without area have NaN."""
    width = np.minimum(box[2], boxes[:, 2]) - np.maximum(box[0], boxes[:, 0])
    height = np.minimum(box[3], boxes[:, 3]) - np.maximum(box[1], boxes[:, 1])
    common = np.maximum(width, 0) * np.maximum(height, 0)
    area = (box[2] - box[0]) * (box[3] - box[1])
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    with np.errstate(invalid="ignore", divide="ignore"):
        return common / (area + areas - common)


def suppress(boxes, scores, threshold):
    """torchvision.ops.nms: the indices that are kept, the likeliest first, equals in their order. A
    box goes if its overlap with a likelier kept one exceeds the threshold, which is a double."""
    order = np.argsort(-scores, kind="stable")
    kept = []
    while len(order):
        first, order = order[0], order[1:]
        kept.append(first)
        overlap = intersection_over_union(boxes[first], boxes[order]).astype(np.float64)
        order = order[~(overlap > np.float64(threshold))]
    return np.array(kept, np.int64)


def suppress_by_class(boxes, scores, classes, threshold):
    """torchvision.ops.batched_nms in its exact form: each class by itself, then by score."""
    kept = [
        members[suppress(boxes[members], scores[members], threshold)]
        for members in (np.flatnonzero(classes == number) for number in np.unique(classes))
    ]
    kept = np.sort(np.concatenate([np.zeros(0, np.int64), *kept]))
    return kept[np.argsort(-scores[kept], kind="stable")]


# Geometry ----------------------------------------------------------------------------------------


@dataclass
class Placement:
    """Where a photograph of height × width lies in a network's input of input_height × input_width:
    `content` is its left, top, width and height there."""

    height: int
    width: int
    input_height: int
    input_width: int
    content: tuple

    @property
    def image(self):
        return self.height, self.width

    def boxes(self, boxes):
        """From the input's pixels to the photograph's, cut at its edges (Ultralytics 8.4)."""
        left, top, width, height = self.content
        offset = np.array([left, top, left, top], np.float32)
        gain = np.array([width / self.width, height / self.height] * 2, np.float32)
        most = np.array([self.width, self.height] * 2, np.float32)
        return np.clip((boxes.astype(np.float32) - offset) / gain, 0, most)

    def points(self, points):
        left, top, width, height = self.content
        offset = np.array([left, top], np.float32)
        gain = np.array([width / self.width, height / self.height], np.float32)
        most = np.array([self.width, self.height], np.float32)
        return np.clip((points.astype(np.float32) - offset) / gain, 0, most)


def stretched(height, width, input_height, input_width):
    content = 0, 0, input_width, input_height
    return Placement(height, width, input_height, input_width, content)


def letterboxed(height, width, input_height, input_width):
    """Ultralytics' LetterBox: the largest that fits, in the centre. Python's round sends a half to
    the even neighbour; the tenth decides where a margin is odd."""
    ratio = min(input_height / height, input_width / width)
    inner_width, inner_height = max(round(width * ratio), 1), max(round(height * ratio), 1)
    left = round((input_width - inner_width) / 2 - 0.1)
    top = round((input_height - inner_height) / 2 - 0.1)
    return Placement(
        height, width, input_height, input_width, (left, top, inner_width, inner_height)
    )


def short_side_size(height, width, short, longest):
    """Hugging Face's get_size_with_aspect_ratio."""
    raw = None
    if longest and max(height, width) / min(height, width) * short > longest:
        raw = longest * min(height, width) / max(height, width)
        short = int(round(raw))
    if min(height, width) == short:
        return height, width
    if width < height:
        return int((raw or short) * height / width), short
    return short, int((raw or short) * width / height)


def multiple_size(height, width, size, multiple):
    """Hugging Face's DPTImageProcessor with keep_aspect_ratio."""
    scales = size[0] / height, size[1] / width
    scale = scales[1] if abs(1 - scales[1]) < abs(1 - scales[0]) else scales[0]
    return tuple(round(scale * side / multiple) * multiple for side in (height, width))


# Preprocessing -----------------------------------------------------------------------------------


def load(path):
    return ImageOps.exif_transpose(Image.open(path)).convert("RGB")


def resize(image, height, width, filter, antialias):
    """Pillow's resize, or OpenCV's without antialiasing, of which only the bilinear one is used."""
    if antialias:
        return np.asarray(image.resize((width, height), RESAMPLING[filter]))
    if image.size == (width, height):
        return np.asarray(image)
    return cv2.resize(np.asarray(image), (width, height), interpolation=cv2.INTER_LINEAR)


def fit(image, rule):
    """Pixels [h, w, 3], red first, of a photograph as a network wants it, and its placement; the
    placement of a crop is none. `rule` is a manifest's preprocessing."""
    width, height = image.size
    kind, filter, antialias = rule["fit"], rule["filter"], rule["antialias"]
    if kind == "letterbox":
        input_height, input_width = rule["size"]
        place = letterboxed(height, width, input_height, input_width)
        left, top, inner_width, inner_height = place.content
        pixels = np.empty((input_height, input_width, 3), np.uint8)
        pixels[:] = rule["pad"]
        inner = resize(image, inner_height, inner_width, filter, antialias)
        pixels[top : top + inner_height, left : left + inner_width] = inner
        return pixels, place
    if kind == "crop":
        short, (crop_height, crop_width) = rule["short_side"], rule["size"]
        if width <= height:
            size = short, int(short * height / width)
        else:
            size = int(short * width / height), short
        image = image.resize(size, RESAMPLING[filter])
        left, top = round((size[0] - crop_width) / 2), round((size[1] - crop_height) / 2)
        return np.asarray(image.crop((left, top, left + crop_width, top + crop_height))), None
    if kind == "stretch":
        size = tuple(rule["size"])
    elif kind == "short-side":
        size = short_side_size(height, width, rule["short_side"], rule["longest"])
    elif kind == "multiple":
        size = multiple_size(height, width, rule["size"], rule["multiple"])
    return resize(image, *size, filter, antialias), stretched(height, width, *size)


def tensor(pixels, rule, layout="nchw", type=np.float32):
    """The network's input, without a batch's dimension."""
    if type == np.uint8:
        values = pixels
    else:
        mean, std = (np.array(rule[key], np.float32) for key in ("mean", "std"))
        values = ((pixels.astype(np.float32) - mean) / std).astype(type)
    if rule["channels"] == "bgr":
        values = values[..., ::-1]
    return np.ascontiguousarray(values.transpose(2, 0, 1) if layout == "nchw" else values)


# Decoding ----------------------------------------------------------------------------------------


@dataclass
class Settings:
    score: float = 0.25
    iou: float = 0.45
    class_wise: bool = True
    maximum: int = 300


@dataclass
class Detections:
    """Boxes in pixels of the network's input, the likeliest first."""

    boxes: np.ndarray
    scores: np.ndarray
    classes: np.ndarray
    points: np.ndarray | None = None  # [n, k, 2 or 3]
    coefficients: np.ndarray | None = None

    def __getitem__(self, which):
        def take(values):
            return None if values is None else values[which]

        return Detections(*map(take, vars(self).values()))


def sigmoid(values):
    return 1 / (1 + np.exp(-values))


def softmax(values):
    powers = np.exp(values - values.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def corners(centres):
    x, y, width, height = centres.T
    return np.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], 1)


def suppressed(found, settings):
    """Those above the score, after suppression."""
    found = found[found.scores > np.float32(settings.score)]
    if settings.class_wise:
        kept = suppress_by_class(found.boxes, found.scores, found.classes, settings.iou)
    else:
        kept = suppress(found.boxes, found.scores, settings.iou)
    return found[kept[: settings.maximum]]


def likeliest(found, settings):
    """Those above the score, the likeliest first, for heads that need no suppression."""
    found = found[np.argsort(-found.scores, kind="stable")]
    return found[found.scores > np.float32(settings.score)][: settings.maximum]


def decode_yolov5(rows, settings, classes):
    """[a, 5 + c + extra]. A score is objectness times the best class's."""
    scores = rows[:, 5 : 5 + classes] * rows[:, 4:5]
    best = scores.argmax(1)
    found = Detections(corners(rows[:, :4]), scores.max(1), best)
    found.coefficients = rows[:, 5 + classes :]
    return suppressed(found, settings)


def decode_yolov8(columns, settings, classes, points=None):
    """[4 + c + extra, a]; the extra are key points of shape `points`, or a mask's coefficients."""
    rows = columns.T
    scores, extra = rows[:, 4 : 4 + classes], rows[:, 4 + classes :]
    found = Detections(corners(rows[:, :4]), scores.max(1), scores.argmax(1))
    if points:
        found.points = extra.reshape(len(rows), *points)
    else:
        found.coefficients = extra
    return suppressed(found, settings)


def decode_end2end(rows, settings, points=None):
    """[m, 6 + extra], sorted by the network."""
    found = Detections(rows[:, :4], rows[:, 4], rows[:, 5].astype(np.int64))
    if points:
        found.points = rows[:, 6:].reshape(len(rows), *points)
    else:
        found.coefficients = rows[:, 6:]
    return found[found.scores > np.float32(settings.score)][: settings.maximum]


def decode_detr(logits, centres, settings, height, width):
    """Hugging Face's post_process_object_detection of DETR: the last class is no object."""
    scores = softmax(logits)[:, :-1]
    boxes = corners(centres) * np.array([width, height] * 2, np.float32)
    return likeliest(Detections(boxes, scores.max(1), scores.argmax(1)), settings)


def decode_rtdetr(logits, centres, settings, height, width):
    """Hugging Face's of RT-DETR: the best of all queries' classes, as many as queries; a query may
    have several classes."""
    queries, classes = logits.shape
    scores = sigmoid(logits).ravel()
    best = np.argsort(-scores, kind="stable")[:queries]
    boxes = corners(centres)[best // classes] * np.array([width, height] * 2, np.float32)
    return likeliest(Detections(boxes, scores[best], best % classes), settings)


def decode_ultralytics_rtdetr(rows, settings, height, width):
    """[m, 6]: centre and size in parts, score, class; or [m, 4 + c], the best class of each."""
    boxes = corners(rows[:, :4]) * np.array([width, height] * 2, np.float32)
    if rows.shape[1] == 6:
        return likeliest(Detections(boxes, rows[:, 4], rows[:, 5].astype(np.int64)), settings)
    return likeliest(Detections(boxes, rows[:, 4:].max(1), rows[:, 4:].argmax(1)), settings)


def decode_ssd(boxes, classes, scores, number, settings, height, width):
    """TensorFlow's object detection: y1 x1 y2 x2 in parts; only the first `number` count."""
    boxes = boxes[:, [1, 0, 3, 2]] * np.array([width, height] * 2, np.float32)
    found = Detections(boxes, scores, classes.astype(np.int64))
    return likeliest(found[: int(number)], settings)


def decode_ssd_raw(scores, boxes, settings, height, width):
    """[a, 1 + c] probabilities with background first, [a, 4] corners in parts. A box counts once for
    each class above the score, and each class is suppressed by itself."""
    anchor, number = np.nonzero(scores[:, 1:] > np.float32(settings.score))
    boxes = boxes * np.array([width, height] * 2, np.float32)
    found = Detections(boxes[anchor], scores[anchor, number + 1], number + 1)
    return suppressed(found, settings)


def decode_yunet(outputs, settings, height, width):
    """OpenCV's FaceDetectorYN. `outputs` maps names to [cells, values]."""
    boxes, scores, points = [], [], []
    for stride in 8, 16, 32:
        rows, columns = height // stride, width // stride
        row, column = (place.ravel() for place in np.mgrid[:rows, :columns].astype(np.float32))
        probability, certainty = (
            np.clip(outputs[f"{kind}_{stride}"][:, 0], 0, 1) for kind in ("cls", "obj")
        )
        box, point = outputs[f"bbox_{stride}"], outputs[f"kps_{stride}"].reshape(-1, 5, 2)
        centres = np.stack([column + box[:, 0], row + box[:, 1], *np.exp(box[:, 2:]).T], 1)
        boxes.append(corners(centres * np.float32(stride)))
        scores.append(np.sqrt(probability * certainty))
        points.append((point + np.stack([column, row], 1)[:, None]) * np.float32(stride))
    scores = np.concatenate(scores)
    found = Detections(np.concatenate(boxes), scores, np.zeros(len(scores), np.int64))
    found.points = np.concatenate(points)
    return suppressed(found, settings)


# Maps --------------------------------------------------------------------------------------------


def taps(size, wanted, scale=None):
    """Where each wanted place lies between two of `size`: PyTorch's, with align_corners false."""
    scale = np.float32(size / wanted if scale is None else scale)
    place = np.maximum(
        (np.arange(wanted, dtype=np.float32) + np.float32(0.5)) * scale - np.float32(0.5), 0
    )
    low = np.minimum(place.astype(np.int64), size - 1)
    part = place - low.astype(np.float32)
    return low, np.minimum(low + 1, size - 1), part


def bilinear(maps, height, width):
    """torch.nn.functional.interpolate(mode="bilinear"), [c, h, w]."""
    top, bottom, down = taps(maps.shape[1], height)
    left, right, across = taps(maps.shape[2], width)
    one = np.float32(1)
    rows = maps[:, :, left] * (one - across) + maps[:, :, right] * across
    down = down[:, None]
    return rows[:, top] * (one - down) + rows[:, bottom] * down


def bicubic(maps, height, width):
    """torch.nn.functional.interpolate(mode="bicubic"), whose kernel has a = -0.75."""

    def along(maps, axis, wanted):
        size = maps.shape[axis]
        scale = np.float32(size / wanted)
        place = (np.arange(wanted, dtype=np.float32) + np.float32(0.5)) * scale - np.float32(0.5)
        low = np.floor(place)
        part = place - low
        total = 0
        for tap in range(-1, 3):
            distance = np.abs(part - tap)
            near = (1.25 * distance - 2.25) * distance * distance + 1
            far = ((-0.75 * distance + 3.75) * distance - 6) * distance + 3
            weight = np.where(distance <= 1, near, far).astype(np.float32)
            shape = [1] * maps.ndim
            shape[axis] = wanted
            index = np.clip(low.astype(np.int64) + tap, 0, size - 1)
            total = total + np.take(maps, index, axis) * weight.reshape(shape)
        return total

    return along(along(maps, 2, width), 1, height)


def nearest(maps, height, width):
    """torch.nn.functional.interpolate(mode="nearest-exact"): that whose centre is nearest."""
    rows = ((np.arange(height) + 0.5) * maps.shape[-2] / height).astype(np.int64)
    columns = ((np.arange(width) + 0.5) * maps.shape[-1] / width).astype(np.int64)
    return maps[..., rows[:, None], columns]


def without_padding(maps, place):
    left, top, width, height = place.content
    return maps[..., top : top + height, left : left + width]


def inside(masks, boxes):
    """Masks [n, h, w], empty outside of their boxes: from the first pixel at or behind x1 to the
    last before x2 (Ultralytics' crop_mask)."""
    x1, y1, x2, y2 = (boxes[:, side, None, None] for side in range(4))
    columns = np.arange(masks.shape[2], dtype=np.float32)[None, None]
    rows = np.arange(masks.shape[1], dtype=np.float32)[None, :, None]
    return masks & (columns >= x1) & (columns < x2) & (rows >= y1) & (rows < y2)


def masks_of_input(prototypes, found, place):
    """Ultralytics' process_mask with upsample: [n, h, w] of the network's input."""
    logits = np.tensordot(found.coefficients, prototypes, 1)
    return inside(bilinear(logits, place.input_height, place.input_width) > 0, found.boxes)


def masks_of_image(prototypes, found, place):
    """Ultralytics' process_mask_native: [n, h, w] of the photograph. Prototypes are enlarged as far
    as it takes for the letterbox to end between two pixels, then cut and enlarged to the photograph."""
    logits = np.tensordot(found.coefficients, prototypes, 1)
    left, top, width, height = place.content
    spare = (place.input_height - height) | (place.input_width - width)
    factor = 4 // math.gcd(4, spare | spare // 2)
    if factor > 1:
        logits = bilinear(logits, logits.shape[1] * factor, logits.shape[2] * factor)
    logits = without_padding(logits, letterboxed(*place.image, *logits.shape[1:]))
    return inside(bilinear(logits, *place.image) > 0, place.boxes(found.boxes))


def run_lengths(mask):
    """COCO's: lengths of runs down the columns, the first of zeros."""
    flat = mask.T.ravel().astype(np.uint8)
    edges = np.flatnonzero(np.diff(flat)) + 1
    counts = np.diff(np.concatenate([[0], edges, [flat.size]])).tolist()
    return [0, *counts] if flat[0] else counts


def compressed(counts):
    """COCO's text of run lengths: from the third on differences to the last but one, in groups of
    five bits, the lowest first."""
    text = []
    for index, value in enumerate(counts):
        value -= counts[index - 2] if index > 2 else 0
        more = True
        while more:
            bits = value & 0x1F
            value >>= 5
            more = value != -1 if bits & 0x10 else value != 0
            text.append(chr((bits | 0x20 if more else bits) + 48))
    return "".join(text)
