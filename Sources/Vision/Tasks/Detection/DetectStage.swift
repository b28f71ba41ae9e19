import Basics
import Dataflow

extension StageKind {
  /// A network's outputs → the objects that they show, in pixels of the photograph.
  ///
  /// Keys: `head` (what the outputs mean; found out by their shapes if only one fits), `labels` (a text file with a name a
  /// line, or a list), `score` (objects are above it; 0.25, or what the head says), `iou` (the overlap above which the worse of
  /// two boxes is left out; 0.45, or what the head says), `maximum` (objects an image; 300), `class_agnostic` (whether boxes of
  /// different classes exclude each other), `keypoints` (how many an object has, and numbers of each: `[17, 3]`, of pose heads
  /// with several classes).
  static let detect = StageKind(
    "detect", keys: ["head", "labels", "score", "iou", "maximum", "class_agnostic", "keypoints"]
  ) { parameters in
    let values = parameters.values
    let names = try LabelNames(parameters)
    let head = try head(parameters, names)
    let type = type(of: head)
    var settings = DetectSettings(type)
    settings.labels = head.countsFromOne ? names.countedFromOne() : names
    settings.score = try values["score"].map { Float(try $0.number(in: 0...1)) } ?? settings.score
    settings.overlap = try values["iou"]?.number(in: 0...1) ?? settings.overlap
    settings.maximum = try values["maximum"]?.integer(in: 1...10_000) ?? settings.maximum
    settings.isClassAgnostic = try values["class_agnostic"]?.boolean() ?? settings.isClassAgnostic
    let background = head.countsFromOne && names.hasBackground ? 1 : 0
    try names.check(classes: head.classes.map { $0 + background }, of: "class", parameters)
    return Stage.detect(head, settings, name: parameters.name)
  }

  private static func head(_ parameters: StageParameters, _ names: LabelNames) throws -> any DetectionHead {
    let outputs = parameters.inputTypes.first?.networkOutputs ?? []
    var network = HeadNetwork(outputs: outputs, labels: names.names.count)
    if let node = parameters.values["keypoints"] {
      let extents = try node.list()
      guard extents.count == 2 else {
        throw node.error("\(node.path) is how many points there are, and numbers of each, such as [17, 3]")
      }
      network.keypoints = (try extents[0].integer(in: 1...1000), try extents[1].integer(in: 2...3))
    }
    var unlabelled = network
    unlabelled.labels = 0
    let given = outputs.named
    let known = DetectionHeads.all.map { $0.name }.joined(separator: ", ")
    if let node = parameters.values["head"] {
      let name = try node.string()
      guard let type = DetectionHeads.named(name) else {
        throw node.error("\(node.path) is '\(name)'; known are \(known)")
      }
      (network.isStated, unlabelled.isStated) = (true, true)
      guard let head = type.init(network) ?? type.init(unlabelled) else {
        throw node.error("\(node.path) is '\(name)', but the network gives \(given)")
      }
      return head
    }
    var fitting = DetectionHeads.fitting(network)
    // Labels of another network are refused as what they are.
    if fitting.isEmpty { fitting = DetectionHeads.fitting(unlabelled) }
    guard let head = fitting.first, fitting.count == 1 else {
      let reason =
        fitting.isEmpty
        ? "no head that is known gives \(given)"
        : "\(given) may be of the heads \(fitting.map { type(of: $0).name }.joined(separator: " or "))"
      throw parameters.node.error(
        "\(parameters.node.path): \(reason); say which with 'head', one of \(known)")
    }
    return head
  }
}

/// Which objects count.
struct DetectSettings: Sendable {
  var labels = LabelNames()
  /// Objects are above it.
  var score: Float
  /// Boxes that overlap a better one by more are left out.
  var overlap: Double
  var maximum = 300
  var isClassAgnostic = false

  /// A head's own.
  init(_ head: any DetectionHead.Type) { (score, overlap) = (head.defaultScore, head.defaultOverlap) }

  /// The positions of those candidates that are objects of their own, best first.
  func kept(of candidates: Candidates, _ head: any DetectionHead) -> [Int] {
    head.needsSuppression
      ? NonMaximumSuppression(overlap: overlap, isClassAgnostic: isClassAgnostic).kept(
        of: candidates, limit: maximum)
      : Array(candidates.order.prefix(maximum))
  }
}

extension Stage {
  static func detect(_ head: any DetectionHead, _ settings: DetectSettings, name: String = "detect") -> Stage
  {
    Stage(
      name,
      inputs: [Port("outputs", .outputs())],
      outputs: [
        Port("objects", Detections.portType(hasKeypoints: head.hasKeypoints, hasMasks: head.hasMasks))
      ],
      implementations: [
        .cpu { firing in
          firing.emit(try Detections(try firing.input(as: NetworkOutputs.self), head, settings))
        }
      ], operation: ObjectCertainty(head: head, settings: settings),
      work: { _ in Work(input: Work.Traffic(bytes: 0), needsHost: true) })
  }
}

extension Detections {
  /// What of a head's candidates counts, in pixels of the photograph.
  init(_ outputs: NetworkOutputs, _ head: any DetectionHead, _ settings: DetectSettings) throws {
    let frame = try outputs.knownFrame()
    let candidates = try head.candidates(outputs, above: settings.score)
    let kept = settings.kept(of: candidates, head)
    if let best = kept.first, candidates.scores[best] > 1.01 {
      throw OutputError(
        "a score of the network's outputs is \(candidates.scores[best]), and scores are from 0 to 1; check 'head', and 'mean' and 'standard_deviation'",
        isOfNumbers: true)
    }
    let (width, height) = (Float(frame.imageWidth), Float(frame.imageHeight))
    let objects = try kept.map { position -> Detection in
      let source = Int(candidates.sources[position])
      let index = Int(candidates.classes[position])
      let box = frame.photograph(candidates.boxes[position]).clipped(width: width, height: height)
      let points = head.hasKeypoints ? head.keypoints(outputs, of: source) : nil
      guard points?.allSatisfy({ ($0.x + $0.y).isFinite }) ?? true else {
        throw OutputError.notFinite(candidates.output)
      }
      return Detection(
        label: settings.labels[index], index: index, score: candidates.scores[position], box: box,
        keypoints: points?.map { frame.photograph($0).clipped(width: width, height: height) },
        mask: head.hasMasks ? try head.mask(outputs, of: source, in: box) : nil)
    }
    self.init(objects, width: frame.imageWidth, height: frame.imageHeight)
    withExtendedLifetime(outputs) {}
  }

  /// What the head of this name finds, by its own settings; `nil` where the outputs haven't its shapes.
  ///
  /// - Throws: `OutputError`.
  package init?(_ outputs: NetworkOutputs, head name: String) throws {
    let descriptions = outputs.tensors.indices.map { index in
      TensorDescription(
        name: "output\(index)", element: outputs.tensors[index].element, shape: outputs.shape(index))
    }
    let network = HeadNetwork(outputs: descriptions, isStated: true)
    guard let type = DetectionHeads.named(name), let head = type.init(network) else { return nil }
    try self.init(outputs, head, DetectSettings(type))
  }
}

extension InputFrame {
  func photograph(_ box: Box) -> Box {
    let (first, second) = (
      photograph(x: Double(box.x1), y: Double(box.y1)), photograph(x: Double(box.x2), y: Double(box.y2))
    )
    return Box(x1: Float(first.x), y1: Float(first.y), x2: Float(second.x), y2: Float(second.y))
  }

  func photograph(_ point: Detection.Point) -> Detection.Point {
    let (x, y) = photograph(x: Double(point.x), y: Double(point.y))
    return Detection.Point(x: Float(x), y: Float(y))
  }
}
