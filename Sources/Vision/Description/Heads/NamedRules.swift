/// OpenCV's face detector: four outputs for each of three strides.
enum YuNetRule: HeadRule {
  static func matches(_ question: HeadQuestion) -> [HeadMatch] {
    let names = ["cls", "obj", "bbox", "kps"].flatMap { kind in [8, 16, 32].map { "\(kind)_\($0)" } }
    guard names.allSatisfy({ question.outputs[$0] != nil }) else { return [] }
    let habits = Habits(
      fit: .letterbox, side: 640, pad: [0, 0, 0], antialias: false, isBGR: true, mean: 0, deviation: 1)
    return [HeadMatch(task: .detection, head: "yunet", classes: 1, names: ["face"], habits: habits)]
  }
}

/// TensorFlow's detection models, version 1 and 2.
enum TensorFlowDetectionRule: HeadRule {
  static func matches(_ question: HeadQuestion) -> [HeadMatch] {
    guard question.outputs.has("detection_boxes", "detection_classes", "detection_scores") else { return [] }
    let side = question.input.name.hasPrefix("image_tensor") ? 300 : 320
    return [HeadMatch(task: .detection, head: "ssd", habits: Habits(side: side))]
  }
}

/// MLPerf's SSD.
enum SortedBoxesRule: HeadRule {
  static func matches(_ question: HeadQuestion) -> [HeadMatch] {
    guard question.outputs.has("bboxes", "labels", "scores") else { return [] }
    return [HeadMatch(task: .detection, head: "ssd-sorted", habits: Habits(isAlwaysNormal: true))]
  }
}

/// torchvision's detectors, and RT-DETR as its authors export it.
enum LabelledBoxesRule: HeadRule {
  static func matches(_ question: HeadQuestion) -> [HeadMatch] {
    guard question.outputs.has("boxes", "labels", "scores"), let boxes = question.outputs["boxes"] else {
      return []
    }
    if question.companions.contains("orig_target_sizes") {
      return [HeadMatch(task: .detection, head: "rt-detr-decoded", habits: .detr)]
    }
    guard boxes.extents.count == 2 else { return [] }
    return [
      HeadMatch(
        task: .detection, head: "torchvision",
        habits: Habits(openSides: [800, 1333], mean: 0, deviation: 255))
    ]
  }
}

/// Decoded priors with their scores, where class 0 is the background.
enum PriorBoxesRule: HeadRule {
  static func matches(_ question: HeadQuestion) -> [HeadMatch] {
    guard question.outputs.all.count == 2, let scores = question.outputs["scores"],
      let boxes = question.outputs["boxes"], scores.extents.count == 3, boxes.extents.count == 3,
      boxes.extents[2] == 4, let columns = scores.extents[2], columns >= 2
    else { return [] }
    return [
      HeadMatch(
        task: .detection, head: "ssd-raw", classes: columns - 1, mayNameBackground: true,
        habits: Habits(side: 300, mean: 127, deviation: 128))
    ]
  }
}

/// DETR and its kin: a row for each query.
enum QueriesRule: HeadRule {
  static func matches(_ question: HeadQuestion) -> [HeadMatch] {
    guard question.outputs.has("logits", "pred_boxes"), let logits = question.outputs["logits"],
      logits.extents.count == 3
    else { return [] }
    func match(_ head: String, _ classes: Int?) -> HeadMatch {
      HeadMatch(
        task: .detection, head: head, output: logits.position, classes: classes,
        habits: Habits(fit: head == "detr" ? .shortSide : .stretch))
    }
    let columns = logits.extents[2]
    let all = [match("detr", columns.map { $0 - 1 }), match("rt-detr", columns)]
    guard let columns, let classes = question.classes else { return all }
    return all.filter { $0.classes == classes || (columns != classes && columns != classes + 1) }
  }
}

/// A mask several times, from fused to coarsest, as U²-Net gives it.
enum SideOutputsRule: HeadRule {
  static func matches(_ question: HeadQuestion) -> [HeadMatch] {
    let all = question.outputs.all
    guard all.count >= 5, let first = all.first, first.extents.count == 4, first.extents[1] == 1,
      all.allSatisfy({ $0.extents == first.extents && $0.isFloating })
    else { return [] }
    return [
      HeadMatch(
        task: .segmentation, head: "probabilities", classes: 2,
        habits: Habits(side: 320, isAlwaysNormal: true))
    ]
  }
}

/// MediaPipe's selfie segmentation, converted from TensorFlow Lite.
enum MediaPipeRule: HeadRule {
  static func matches(_ question: HeadQuestion) -> [HeadMatch] {
    guard question.input.layout == .nhwc, question.outputs.all.count == 1,
      let mask = question.outputs.all.first,
      mask.name == "activation_10", mask.extents.count == 4, mask.extents[3] == 1
    else { return [] }
    return [
      HeadMatch(
        task: .segmentation, head: "probabilities", classes: 2,
        habits: Habits(side: 256, mean: 0, deviation: 255))
    ]
  }
}

/// SFace, which tells faces apart, and networks exported from MXNet like it.
enum FaceVectorRule: HeadRule {
  static func matches(_ question: HeadQuestion) -> [HeadMatch] {
    guard question.input.name == "data", question.input.height == 112, question.input.width == 112,
      question.outputs.all.count == 1, let vector = question.outputs["fc1"], vector.extents.count == 2
    else { return [] }
    return [HeadMatch(task: .embedding, head: "vector", habits: Habits(mean: 0, deviation: 1))]
  }
}

/// DeepLab of TensorFlow's model garden, which ends in the classes' numbers.
enum TensorFlowMapRule: HeadRule {
  static func matches(_ question: HeadQuestion) -> [HeadMatch] {
    guard question.outputs.all.count == 1, let map = question.outputs["SemanticPredictions"],
      map.extents.count == 3, !map.isFloating
    else { return [] }
    return [HeadMatch(task: .segmentation, head: "label-map", habits: Habits(side: 513))]
  }
}
