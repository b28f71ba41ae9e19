import Basics
import Dataflow
import Foundation

extension StageKind {
  /// Scores → the likeliest classes with their names.
  ///
  /// Keys: `labels` (a text file, one name a line, in the network's order), `top` (how many; 5), `softmax`
  /// (whether the network's numbers are logits that become probabilities; if not given, yes, unless the
  /// network ends in a softmax or a sigmoid, or gives a single score).
  static let label = StageKind("label", keys: ["labels", "top", "softmax"]) { parameters in
    let names = try names(parameters)
    let top = try parameters.values["top"]?.integer(in: 1...1000) ?? 5
    let type = parameters.inputTypes.first
    let reason = reasonAgainstSoftmax(type)
    guard let node = parameters.values["softmax"] else {
      var stage = Stage.label(names: names, top: top, softmax: reason == nil, name: parameters.name)
      if let reason {
        stage.remarks = ["\(reason): no softmax is applied; 'softmax: false' states that explicitly"]
      }
      return stage
    }
    let softmax = try node.boolean()
    if softmax, let reason { throw node.error("\(node.path) is true, but \(reason); leave it out") }
    return Stage.label(names: names, top: top, softmax: softmax, name: parameters.name)
  }

  private static func reasonAgainstSoftmax(_ scores: PortType?) -> String? {
    guard let scores else { return nil }
    if scores.shape.first == 1 { return "the network gives a single score, of which a softmax is always 1" }
    return scores.scoreScale == .any
      ? nil : "the network's scores are \(scores.scoreScale.rawValue) already"
  }

  private static let maximumBytesOfLabels = 16 << 20

  private static func names(_ parameters: StageParameters) throws -> [String] {
    guard let node = parameters.values["labels"] else { return [] }
    let path = try parameters.path("labels")
    let text: String
    do {
      text = try String.read(path, atMost: maximumBytesOfLabels)
    } catch {
      throw node.error(
        "the labels at \(path) can't be read: \(error); run Scripts/setup, or correct the path")
    }
    // Any line endings; a file may end in one or in several.
    var names = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map {
      $0.trimmingCharacters(in: .whitespaces.union(["\u{FEFF}"]))
    }
    while names.last == "" { names.removeLast() }
    if let classes = parameters.inputTypes.first?.shape.first ?? nil, classes != names.count {
      throw node.error(
        "\(path) has \(names.count.counted("label")), but the model gives \(classes.counted("score")); it needs one line for each"
      )
    }
    return names
  }
}

extension Stage {
  /// Scores → the `top` likeliest classes, named by `names`, in the network's order.
  public static func label(
    names: [String] = [], top: Int = 5, softmax: Bool = true, name: String = "label"
  ) -> Stage {
    Stage(
      name,
      inputs: [Port("scores", .scores())],
      outputs: [Port("labels", .classification)],
      implementations: [
        .cpu { firing in
          let scores = try firing.input(as: Scores.self)
          firing.emit(
            try Classification(scores.tensor.slot(scores.index), names: names, count: top, softmax: softmax))
        }
      ],
      work: { _ in
        Work(input: Work.Traffic(bytes: 4 * Double(max(names.count, top))), needsHost: true)
      })
  }
}
