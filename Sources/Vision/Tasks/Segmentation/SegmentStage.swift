import Basics
import Dataflow

extension StageKind {
  /// A network's map → the class of each pixel.
  ///
  /// Keys: `head` (`logits`, `probabilities`, `label-map`; found out by the output), `output` (which of several; the first
  /// that is a map), `layout` (`nchw`, `nhwc`; found out by the extents), `labels` (a text file with a name a line, or a
  /// list), `output_size` (`image`, without a letterbox's margins, or `network`), `threshold` (the probability above which a
  /// pixel is of the foreground; 0.5).
  static let segment = StageKind(
    "segment", keys: ["head", "output", "layout", "labels", "output_size", "threshold"]
  ) { parameters in
    let values = parameters.values
    let names = try LabelNames(parameters)
    let stated = try values["head"]?.choice(of: SegmentationHead.self)
    let map = try MapOutput.find(
      parameters, labels: names.names.count,
      where: { tensor, reading in
        guard let element = tensor.element, reading.channels ?? 1 <= 256 else { return false }
        guard element.isFloating else {
          return reading.channels ?? 1 == 1 && stated ?? .labelMap == .labelMap
        }
        return stated == nil || stated == .logits
          || (stated == .labelMap || stated == .probabilities) && reading.channels ?? 1 == 1
      },
      "an output of classes for each pixel: numbers [classes, height, width] or [height, width, classes] of at most 256 classes, or integers [height, width]"
    )
    let outputs = parameters.inputTypes.first?.networkOutputs ?? []
    let isFloating = outputs[map.output].element?.isFloating ?? false
    let head = stated ?? (!isFloating ? .labelMap : map.channels ?? 1 > 1 ? .logits : .probabilities)
    var settings = SegmentSettings(head: head, map: map)
    let isForeground = head != .labelMap && map.channels ?? 1 == 1
    settings.size = try values["output_size"]?.choice() ?? .image
    if let node = values["threshold"] {
      guard isForeground else {
        throw node.error("\(node.path) is of networks that give a single probability for each pixel")
      }
      settings.threshold = Float(try node.number(in: 0.000001...0.999999))
    }
    let classes = isForeground ? 2 : head == .labelMap ? nil : map.channels
    try names.check(classes: classes, of: "class", parameters)
    settings.labels = isForeground && names.names.isEmpty ? LabelNames(["background", "foreground"]) : names
    return Stage.segment(settings, name: parameters.name)
  }
}

extension Stage {
  static func segment(_ settings: SegmentSettings, name: String = "segment") -> Stage {
    Stage(
      name,
      inputs: [Port("outputs", .outputs())],
      outputs: [
        Port(
          "segmentation",
          PortType(Segmentation.self, name: Segmentation.portType.name, meaning: settings.size.rawValue))
      ],
      implementations: [
        .cpu { firing in
          firing.emit(try Segmentation(try firing.input(as: NetworkOutputs.self), settings))
        }
      ], operation: settings.head == .labelMap ? nil : PixelCertainty(settings: settings),
      work: { _ in Work(input: Work.Traffic(bytes: 0), needsHost: true) })
  }
}
