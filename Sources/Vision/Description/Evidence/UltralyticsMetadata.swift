import Basics

/// What Ultralytics and YOLOv5 write into `metadata_props`: `names`, `task`, `imgsz`, `end2end`, `kpt_shape`, `head`.
///
/// Values are Python's literals, which are read strictly and never evaluated.
enum UltralyticsMetadata: EvidenceReader {
  static func read(_ export: ModelExport) throws -> Evidence? {
    let metadata = export.interface.metadata
    guard let names = metadata["names"], metadata["stride"] != nil || metadata["task"] != nil else {
      return nil
    }
    let file = export.graph
    @Sendable func refusal(_ key: String, _ reason: String) -> DescriptionError {
      .refused(file: file, key: key, reason: reason)
    }
    guard let classes = PythonLiteral(names)?.names, !classes.isEmpty else {
      throw refusal(
        "names", "of its metadata can't be read: it must be a dictionary of names by their numbers from 0")
    }
    var evidence = Evidence(exporter: metadata["task"] == nil ? "YOLOv5" : "Ultralytics")
    evidence.labels = Fact(classes, .metadata)
    evidence.labelPlace = Evidence.Place(file: file, key: "names")
    evidence.taskPlace = Evidence.Place(file: file, key: "task")
    if let text = metadata["imgsz"] {
      guard let sides = PythonLiteral(text)?.integers, (1...2).contains(sides.count),
        sides.allSatisfy((1...ImageInput.maximumSide).contains)
      else { throw refusal("imgsz", "of its metadata is no height and width: \(text.printable(atMost: 60))") }
      evidence.facts.size = Fact(Facts.Size(height: sides[0], width: sides[sides.count - 1]), .metadata)
    }
    if let task = metadata["task"] {
      try read(task, &evidence, refusal)
    } else {
      // YOLOv5's classifiers are normalised as torchvision's.
      evidence.habits = Habits(fit: .crop, side: 224)
      evidence.choose = { matches in
        if matches.contains(where: { $0.task == .classification }) { return matches }
        return matches.map { match in
          var match = match
          match.habits.fit = .letterbox
          return match
        }
      }
    }
    if let text = metadata["kpt_shape"], metadata["task"] == "pose" {
      guard let shape = PythonLiteral(text)?.integers, shape.count == 2, (1...1000).contains(shape[0]),
        (2...3).contains(shape[1])
      else {
        throw refusal("kpt_shape", "of its metadata is no shape of key points: \(text.printable(atMost: 60))")
      }
      evidence.keypoints = shape
    }
    choose(by: metadata, &evidence, refusal)
    return evidence
  }

  /// Of each task: what it is here, and how its images are fitted.
  private static func read(
    _ task: String, _ evidence: inout Evidence,
    _ refusal: @Sendable (String, String) -> DescriptionError
  ) throws {
    let known: [String: (task: DescribedTask, habits: Habits?)] = [
      "detect": (.detection, nil), "segment": (.instanceSegmentation, nil), "pose": (.detection, nil),
      "classify": (.classification, Habits(fit: .crop, side: 224, mean: 0, deviation: 255)),
      "semantic": (.segmentation, .yolo),
      "depth": (.depth, Habits(side: 640, antialias: false, mean: 0, deviation: 255)),
    ]
    guard let (kind, habits) = known[task] else {
      let names = known.keys.sorted().joined(separator: ", ")
      throw refusal(
        "task",
        "of its metadata is '\(task.printable(atMost: 60))', which "
          + (task == "obb"
            ? "stands for oriented boxes; they aren't supported" : "isn't known; known are \(names)"))
    }
    evidence.task = Fact(kind, .metadata)
    evidence.habits = habits
    if kind == .depth { evidence.headSource = .assumed }
  }

  private static func choose(
    by metadata: [String: String], _ evidence: inout Evidence,
    _ refusal: @escaping @Sendable (String, String) -> DescriptionError
  ) {
    let isEndToEnd = metadata["end2end"].flatMap { PythonLiteral($0) } == .boolean(true)
    let description = metadata["description"]?.lowercased() ?? ""
    let isQueries =
      metadata["head"] == "RTDETRDecoder" || description.contains("rt-detr") || description.contains("rtdetr")
    if metadata["head"] == "RTDETRDecoder" { evidence.headSource = .metadata }
    let earlier = evidence.choose
    let isDepth = evidence.task?.value == .depth
    evidence.choose = { matches throws(DescriptionError) in
      var matches = try earlier(matches)
      // Ultralytics' depth is in metres.
      if isDepth { return matches.filter { $0.task == .depth }.map { $0.called("metric") } }
      guard matches.contains(where: { $0.task == .detection || $0.task == .instanceSegmentation }) else {
        return matches
      }
      let queries = matches.filter { $0.head.hasPrefix("ultralytics-rtdetr") }
      let others = matches.filter { !$0.head.hasPrefix("ultralytics-rtdetr") }
      matches = isQueries && !queries.isEmpty ? queries : others.isEmpty ? queries : others
      guard isEndToEnd else { return matches }
      let ended = matches.filter { $0.head.contains("end2end") }
      guard !ended.isEmpty else {
        throw refusal("end2end", "of its metadata is True, but the output has the shape of raw boxes")
      }
      return ended
    }
  }
}

extension HeadMatch {
  /// The same with another head.
  func called(_ head: String) -> HeadMatch {
    var match = self
    match.head = head
    return match
  }
}
