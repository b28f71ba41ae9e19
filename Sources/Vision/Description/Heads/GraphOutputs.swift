/// What a network gives, as its graph declares it.
struct GraphOutputs: Sendable {
  /// A tensor that a network gives.
  struct Output: Sendable {
    /// Without TensorFlow's `:0`.
    let name: String
    let position: Int
    let extents: [Int?]
    let isFloating: Bool
    /// The operator that makes it, past changes of shape or type.
    let maker: String?
    let text: String

    /// Whether it has numbers between 0 and 1 by its last operator.
    var isSquashed: Bool { ["Softmax", "Sigmoid", "HardSigmoid"].contains(maker ?? "") }
  }

  let all: [Output]

  init(_ interface: ONNXInterface) {
    all = interface.outputs.enumerated().map { position, port in
      Output(
        name: port.name.hasSuffix(":0") ? String(port.name.dropLast(2)) : port.name, position: position,
        extents: port.hasRank ? port.extents : [],
        isFloating: ["float32", "float16"].contains(port.typeName),
        maker: interface.maker(of: port.name), text: "'\(port.name)' \(port.text)")
    }
  }

  var text: String { all.isEmpty ? "nothing" : all.map(\.text).joined(separator: ", ") }

  subscript(name: String) -> Output? { all.first { $0.name == name } }

  func has(_ names: String...) -> Bool { names.allSatisfy { self[$0] != nil } }
}
