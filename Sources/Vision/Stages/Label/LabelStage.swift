import Dataflow
import Foundation

extension StageKind {
  /// Scores → the likeliest classes with their names.
  ///
  /// Keys: `labels` (a text file, one name a line, in the network's order), `top` (how many; 5), `softmax` (whether
  /// the network's numbers are logits that become probabilities; true).
  static let label = StageKind("label", keys: ["labels", "top", "softmax"]) { parameters in
    var names: [String] = []
    if let node = parameters.values["labels"] {
      let path = try parameters.path("labels")
      guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
        throw node.error("there is no text file of labels at \(path); run Scripts/setup, or correct the path")
      }
      names = text.split(separator: "\n", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      if names.last == "" { names.removeLast() }
    }
    return Stage.label(
      parameters.name, names: names, top: try parameters.values["top"]?.integer(in: 1...1000) ?? 5,
      softmax: try parameters.values["softmax"]?.boolean() ?? true)
  }
}

extension Stage {
  static func label(_ name: String = "label", names: [String], top: Int = 5, softmax: Bool = true) -> Stage {
    Stage(
      name,
      inputs: [Port("scores", .scores)],
      outputs: [Port("labels", .classification)],
      implementations: [
        .cpu { firing in
          let scores = try firing.input(as: Scores.self)
          firing.emit(
            Classification(scores.tensor.slot(scores.index), names: names, count: top, softmax: softmax))
        }
      ])
  }
}
