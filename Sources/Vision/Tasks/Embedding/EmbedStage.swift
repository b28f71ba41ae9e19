import Basics
import Dataflow

extension StageKind {
  /// A network's vector → an embedding.
  ///
  /// Keys: `output` (which of several; the only one that is a vector), `normalise` (whether its length becomes 1; false).
  static let embed = StageKind("embed", keys: ["output", "normalise"]) { parameters in
    let outputs = parameters.inputTypes.first?.networkOutputs ?? []
    let given = outputs.named
    let name = try parameters.values["output"]?.string()
    let vectors = outputs.indices.filter { index in
      let output = outputs[index]
      // One item's numbers along a single dimension, others have the extent 1.
      let extents = output.shape.filter { $0 != 1 }
      return output.element?.isFloating ?? false && output.hasRank && extents.count <= 1
        && !output.shape.isEmpty && (name ?? output.name) == output.name
    }
    guard let index = vectors.first, vectors.count == 1 else {
      let reason =
        vectors.isEmpty
        ? "needs an output of one vector for each image, and the network gives \(given)"
        : "may be \(vectors.map { "'\(outputs[$0].name)'" }.joined(separator: " or ")); say which with 'output'"
      throw (parameters.values["output"] ?? parameters.node).error("\(parameters.node.path) \(reason)")
    }
    return Stage.embed(
      index, outputs[index].name, isNormalised: try parameters.values["normalise"]?.boolean() ?? false,
      name: parameters.name)
  }
}

extension Stage {
  static func embed(_ output: Int, _ outputName: String, isNormalised: Bool, name: String = "embed") -> Stage
  {
    Stage(
      name,
      inputs: [Port("outputs", .outputs())],
      outputs: [Port("embedding", Embedding.portType)],
      implementations: [
        .cpu { firing in
          firing.emit(
            try Embedding(
              try firing.input(as: NetworkOutputs.self), output, outputName, isNormalised: isNormalised))
        }
      ],
      work: { _ in Work(input: Work.Traffic(bytes: 0), needsHost: true) })
  }
}
