/// Boxes in rows or columns, as YOLO's heads give them.
///
/// Only their number of classes tells some of them apart, so it must be known, or the task.
enum RowsRule: HeadRule {
  /// Coefficients of a mask, and prototypes.
  private static let maskNumbers = 32

  static func matches(_ question: HeadQuestion) -> [HeadMatch] {
    let outputs = question.outputs.all
    guard let rows = outputs.first, rows.extents.count == 3, rows.isFloating, outputs.count <= 2,
      question.task ?? .detection == .detection || question.task == .instanceSegmentation
    else { return [] }
    var extra = question.keypoints
    if let prototypes = outputs.dropFirst().first {
      guard prototypes.extents.count == 4, prototypes.extents[1] == maskNumbers else { return [] }
      extra = maskNumbers
    }
    let task: DescribedTask = outputs.count == 2 ? .instanceSegmentation : .detection
    let suffix = outputs.count == 2 ? "-segment" : question.keypoints > 0 ? "-pose" : ""
    let (rowCount, columns) = (rows.extents[1], rows.extents[2])
    func match(_ head: String, _ classes: Int?, _ habits: Habits = .yolo) -> HeadMatch {
      HeadMatch(task: task, head: head, classes: classes, habits: habits)
    }
    var square = Habits.detr
    square.antialias = false
    guard let classes = question.classes else {
      guard question.task != nil else { return [] }
      return unnumbered(rowCount, columns, extra).map { match($0 + suffix, $1) }
    }
    // The end-to-end head's columns don't depend on the classes.
    var matches: [HeadMatch] = []
    if rowCount == 4 + classes + extra { matches.append(match("yolov8" + suffix, classes)) }
    if columns == 6 + extra { matches.append(match("yolo-end2end" + suffix, nil)) }
    if columns == 5 + classes + extra, suffix != "-pose" { matches.append(match("yolov5" + suffix, classes)) }
    // Queries come in round numbers, such as 300.
    if rowCount?.isMultiple(of: 50) ?? true, extra == 0 {
      if columns == 4 + classes { matches.append(match("ultralytics-rtdetr-raw", classes, square)) }
      if columns == 6 { matches.append(match("ultralytics-rtdetr", nil, square)) }
    }
    return matches
  }

  /// The heads that the longer of two sides leaves possible, without key points.
  private static func unnumbered(
    _ rows: Int?, _ columns: Int?, _ extra: Int
  ) -> [(head: String, classes: Int?)] {
    var heads: [(head: String, classes: Int?)] = []
    if columns == 6 + extra { return [("yolo-end2end", nil)] }
    if let rows, rows > 4 + extra, columns.map({ $0 >= rows }) ?? true {
      heads.append(("yolov8", rows - 4 - extra))
    }
    if let columns, columns > 5 + extra, rows.map({ $0 > columns }) ?? true {
      heads.append(("yolov5", columns - 5 - extra))
    }
    return heads
  }
}

/// One vector for an image: classes' scores, or an embedding.
enum VectorRule: HeadRule {
  private static let embeddings: Set<String> = [
    "features", "feature", "embedding", "embeddings", "image_embeds", "image_features", "pooler_output",
    "sentence_embedding", "vector",
  ]
  private static let scores: Set<String> = [
    "logits", "scores", "score", "probabilities", "probability", "probs", "prob", "softmax", "classes",
    "predictions", "class_logits",
  ]

  static func matches(_ question: HeadQuestion) -> [HeadMatch] {
    let vectors = question.outputs.all.filter { output in
      let isVector =
        output.extents.count == 2
        || output.extents.count == 4 && output.extents[2] == 1 && output.extents[3] == 1
      return isVector && output.isFloating && output.extents[1] != 0
    }
    func classes(_ output: GraphOutputs.Output) -> HeadMatch {
      HeadMatch(
        task: .classification, head: output.isSquashed ? "probabilities" : "logits", output: output.position,
        classes: output.extents[1], habits: .crop)
    }
    func embedding(_ output: GraphOutputs.Output) -> HeadMatch {
      HeadMatch(task: .embedding, head: "vector", output: output.position, habits: .crop)
    }
    let named = vectors.first { embeddings.contains($0.name.lowercased()) }
    let other = vectors.first { !embeddings.contains($0.name.lowercased()) }
    switch question.task {
    case .classification?: return (other ?? named).map { [classes($0)] } ?? []
    case .embedding?: return (named ?? other).map { [embedding($0)] } ?? []
    case .some: return []
    case nil: break
    }
    // Maps and boxes beside a vector are another task's.
    guard let first = other ?? named, vectors.count == question.outputs.all.count || other == nil else {
      return []
    }
    guard other != nil else { return [embedding(first)] }
    let isCertain =
      first.isSquashed || scores.contains(first.name.lowercased()) || question.classes == first.extents[1]
    // Widths of features are multiples of 64; numbers of classes rarely are.
    let mayBeFeatures = first.extents[1].map { $0 >= 64 && $0.isMultiple(of: 64) } ?? true
    return isCertain || !mayBeFeatures ? [classes(first)] : [classes(first), embedding(first)]
  }
}

/// A number, or several, for each pixel.
enum MapRule: HeadRule {
  /// Coarser maps are features, unless something tells the task.
  private static let coarsest = 8

  static func matches(_ question: HeadQuestion) -> [HeadMatch] {
    let maps = question.outputs.all.filter { $0.extents.count > 2 }
    // Maps of several shapes are features, or parts of a head that isn't known.
    guard question.task != nil || maps.allSatisfy({ $0.extents == maps[0].extents }) else { return [] }
    for output in preferred(question.outputs.all) {
      let matches = matches(output, question)
      if !matches.isEmpty { return matches }
    }
    return []
  }

  /// torchvision's main output is called `out`.
  private static func preferred(_ outputs: [GraphOutputs.Output]) -> [GraphOutputs.Output] {
    outputs.filter { $0.name == "out" } + outputs.filter { $0.name != "out" }
  }

  private static func matches(_ output: GraphOutputs.Output, _ question: HeadQuestion) -> [HeadMatch] {
    guard let (channels, height, _) = shape(output, question) else { return [] }
    if question.task == nil, let height, let full = question.input.height, height * coarsest < full {
      return []
    }
    var habits = Habits()
    if output.name == "out" { habits.side = 520 }
    func match(_ task: DescribedTask, _ head: String, _ classes: Int? = nil) -> HeadMatch {
      HeadMatch(task: task, head: head, output: output.position, classes: classes, habits: habits)
    }
    guard output.isFloating else { return channels == 1 ? [match(.segmentation, "label-map")] : [] }
    guard channels == 1 else {
      // Where the number of channels is open, only a task that is told makes classes of them.
      guard channels != nil || question.task == .segmentation else { return [] }
      return [match(.segmentation, "logits", channels)]
    }
    if output.name == "predicted_depth" { return [match(.depth, "relative")] }
    let mask = match(.segmentation, "probabilities", 2)
    return output.isSquashed ? [mask] : [mask, match(.depth, "relative")]
  }

  /// Channels, height and width of a map that has the input's proportions.
  private static func shape(
    _ output: GraphOutputs.Output, _ question: HeadQuestion
  ) -> (channels: Int?, height: Int?, width: Int?)? {
    let extents = output.extents
    func fits(_ height: Int?, _ width: Int?) -> Bool {
      guard let fullHeight = question.input.height, let fullWidth = question.input.width else { return true }
      guard let height, let width else { return true }
      let difference =
        height.multipliedReportingOverflow(by: fullWidth).partialValue
        &- width.multipliedReportingOverflow(by: fullHeight).partialValue
      return height > 1 && width > 1 && height <= 4 * fullHeight && width <= 4 * fullWidth
        && abs(difference) <= max(fullHeight, fullWidth)
    }
    switch extents.count {
    case 3 where fits(extents[1], extents[2]): return (1, extents[1], extents[2])
    case 4:
      let first = (extents[1], extents[2], extents[3])
      let last = (extents[3], extents[1], extents[2])
      let both = question.input.layout == .nchw ? [first, last] : [last, first]
      return both.first { fits($0.1, $0.2) }
    default: return nil
    }
  }
}
