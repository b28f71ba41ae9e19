import Dataflow
import Foundation

extension StageKind {
  /// Scores → the likeliest classes with their names.
  ///
  /// Keys: `labels` (a text file, one name a line, in the network's order), `top` (how many; 5), `softmax` (whether
  /// the network's numbers are logits that become probabilities; true).
  static let label = StageKind("label", keys: ["labels", "top", "softmax"]) { parameters in
    Stage.label(
      names: try names(parameters), top: try parameters.values["top"]?.integer(in: 1...1000) ?? 5,
      softmax: try parameters.values["softmax"]?.boolean() ?? true, name: parameters.name)
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
        "\(path) has \(names.count) labels, but the model gives \(classes) scores; it needs one line for each"
      )
    }
    return names
  }
}

extension Stage {
  /// Scores → the `top` likeliest classes, called by `names`, in the network's order.
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
