import Basics
import Dataflow

extension StageKind {
  /// A network's output → the likeliest classes with their names.
  ///
  /// Keys: `output` (which of several; the first), `labels` (a text file with a name a line, in the network's order, or a list), `top` (how many; 5), `threshold`
  /// (the least score that counts), `softmax` (whether the network's numbers are logits that become probabilities; if not
  /// given, yes, unless the network ends in a softmax or a sigmoid, or gives a single score).
  static let label = StageKind("label", keys: ["output", "labels", "top", "threshold", "softmax"]) {
    parameters in
    let names = try LabelNames(parameters)
    let position = try parameters.values["output"].map { try outputPosition(named: $0, parameters) } ?? 0
    let output = parameters.inputTypes.first?.networkOutputs?.dropFirst(position).first
    if let output, let reason = reasonAgainstScores(output) {
      throw parameters.node.error("\(parameters.node.path) needs a row of scores for each image, \(reason)")
    }
    try names.check(classes: output?.classes, of: "score", parameters)
    let top = try parameters.values["top"]?.integer(in: 1...1000) ?? 5
    let threshold = try parameters.values["threshold"].map { Float(try $0.number(in: -1e9...1e9)) }
    let reason = reasonAgainstSoftmax(position == 0 ? parameters.inputTypes.first : nil, output)
    guard let node = parameters.values["softmax"] else {
      var stage = Stage.label(
        names: names.names, top: top, threshold: threshold, softmax: reason == nil, output: position,
        name: parameters.name)
      if let reason {
        stage.remarks = ["\(reason): no softmax is applied; 'softmax: false' states that explicitly"]
      }
      return stage
    }
    let softmax = try node.boolean()
    if softmax, let reason { throw node.error("\(node.path) is true, but \(reason); leave it out") }
    return Stage.label(
      names: names.names, top: top, threshold: threshold, softmax: softmax, output: position,
      name: parameters.name)
  }

  private static func reasonAgainstScores(_ output: TensorDescription) -> String? {
    guard output.element?.isFloating ?? false else { return "not \(output)" }
    // A map has a score for each pixel.
    if output.shape.count(where: { $0 ?? 1 > 1 }) > 1 { return "not the map \(output)" }
    return output.shape.isEmpty && output.hasRank ? "not \(output)" : nil
  }

  private static func outputPosition(
    named node: ConfigurationNode, _ parameters: StageParameters
  ) throws -> Int {
    let name = try node.string()
    let outputs = parameters.inputTypes.first?.networkOutputs ?? []
    guard let position = outputs.firstIndex(where: { $0.name == name }) else {
      let given = outputs.map { "'\($0.name)'" }.joined(separator: ", ")
      throw node.error("\(node.path) is '\(name)', and the network gives \(given)")
    }
    return position
  }

  /// - Parameter type: of the network's outputs, if the first of them counts.
  private static func reasonAgainstSoftmax(_ type: PortType?, _ output: TensorDescription?) -> String? {
    if let output, output.classes == 1 {
      return "the network gives a single score, of which a softmax is always 1"
    }
    guard let type else { return nil }
    return type.scoreScale == .any ? nil : "the network's scores are \(type.scoreScale.rawValue) already"
  }
}

extension TensorDescription {
  /// How many numbers an item has in it; `nil` if that is open.
  var classes: Int? {
    let extents = shape.compactMap { $0 }
    return extents.isEmpty || extents.count != shape.count ? nil : extents.reduce(1, *)
  }
}

extension Stage {
  /// A network's output → the `top` likeliest classes, called by `names`, in the network's order.
  ///
  /// - Parameters:
  ///   - threshold: the least score that counts.
  ///   - output: its position among the network's.
  public static func label(
    names: [String] = [], top: Int = 5, threshold: Float? = nil, softmax: Bool = true, output: Int = 0,
    name: String = "label"
  ) -> Stage {
    Stage(
      name,
      inputs: [Port("outputs", .outputs())],
      outputs: [Port("labels", Classification.portType)],
      implementations: [
        .cpu { firing in
          let outputs = try firing.input(as: NetworkOutputs.self)
          guard outputs.tensors.indices.contains(output), outputs.tensors[output].element == .float32 else {
            throw EngineError.wrongOutputs(
              expected: "a row of scores for each image", found: "\(outputs.tensors.map(\.element))")
          }
          firing.emit(
            try Classification(
              outputs.numbers(output), names: names, count: top, threshold: threshold, softmax: softmax))
        }
      ], operation: ScoreCertainty(output: output),
      work: { _ in
        Work(input: Work.Traffic(bytes: 4 * Double(max(names.count, top))), needsHost: true)
      })
  }
}
