import Vision

/// A request of the Open Inference Protocol that fits a model: `{"id":…,"inputs":[…],"outputs":[…]}`.
///
/// `parameters` and unknown keys are passed over, as the protocol wants it.
struct InferenceRequest: Sendable {
  /// The client's own name for the request, for the answer.
  private(set) var id: String?
  /// One for each of the model's inputs, in the model's order.
  let inputs: [Tensor]
  /// The positions of the outputs that are wanted; all where the client names none.
  let outputs: [Int]

  /// - Throws: `InferenceRequestError`.
  init(
    parsing body: UnsafeRawBufferPointer, inputs: [TensorDescription], outputs: [TensorDescription],
    limits: TensorLimits = TensorLimits()
  ) throws {
    do {
      try self.init(JSONReader(body), inputs, outputs, limits)
    } catch let error as JSONError {
      throw InferenceRequestError.malformed(
        "the body is not valid: \(error.reason), at byte \(error.position)")
    }
  }

  private init(
    _ reader: JSONReader, _ inputs: [TensorDescription], _ outputs: [TensorDescription],
    _ limits: TensorLimits
  ) throws {
    var reader = reader
    var id: String?
    var drafts: [RequestTensor]?
    var wanted: [String]?
    try reader.object { reader, key in
      switch key {
      case "id": id = try reader.string()
      case "inputs":
        var list: [RequestTensor] = []
        try reader.array { list.append(try RequestTensor(&$0)) }
        drafts = list
      case "outputs":
        var list: [String] = []
        try reader.array { list.append(try Self.outputName(&$0)) }
        wanted = list
      default: try reader.skip()
      }
    }
    try reader.end()
    guard let drafts else { throw InferenceRequestError.malformed("the key 'inputs' is missing") }
    self.id = id
    self.inputs = try Self.match(drafts, with: inputs, limits)
    self.outputs = try wanted.map { try Self.positions(of: $0, in: outputs) } ?? Array(outputs.indices)
  }

  private static func outputName(_ reader: inout JSONReader) throws -> String {
    var name: String?
    try reader.object { reader, key in
      if key == "name" { name = try reader.string() } else { try reader.skip() }
    }
    guard let name else { throw InferenceRequestError.malformed("an output has no 'name'") }
    return name
  }

  /// Brings the inputs into the model's order and reads their numbers.
  private static func match(
    _ drafts: [RequestTensor], with inputs: [TensorDescription], _ limits: TensorLimits
  ) throws -> [Tensor] {
    for (index, draft) in drafts.enumerated() {
      guard inputs.contains(where: { $0.name == draft.name }) else {
        throw InferenceRequestError.unfit(
          "the model has no input '\(draft.name)'; it takes \(list(inputs))")
      }
      guard !drafts[..<index].contains(where: { $0.name == draft.name }) else {
        throw InferenceRequestError.unfit("input '\(draft.name)' is given twice")
      }
    }
    var tensors: [Tensor] = []
    var batch: Int?
    for input in inputs {
      guard let draft = drafts.first(where: { $0.name == input.name }) else {
        throw InferenceRequestError.unfit("input '\(input.name)' is missing; the model takes \(list(inputs))")
      }
      let tensor = try draft.tensor(for: input, limits)
      tensors.append(tensor)
      guard input.shape.first == .some(nil) else { continue }
      guard batch == nil || batch == tensor.shape.first else {
        throw InferenceRequestError.unfit("the inputs have different batches, their first dimensions")
      }
      batch = tensor.shape.first
    }
    return tensors
  }

  private static func positions(of names: [String], in outputs: [TensorDescription]) throws -> [Int] {
    try names.map { name in
      guard let position = outputs.firstIndex(where: { $0.name == name }) else {
        throw InferenceRequestError.unfit("the model has no output '\(name)'; it gives \(list(outputs))")
      }
      return position
    }
  }

  private static func list(_ tensors: [TensorDescription]) -> String {
    tensors.map { "'\($0.name)', \($0.expectation)" }.joined(separator: "; ")
  }
}

/// Why a request of tensors is refused.
enum InferenceRequestError: Error, Equatable, CustomStringConvertible {
  /// It is not JSON, or not the protocol's.
  case malformed(String)
  /// It is not for this model.
  case unfit(String)

  var description: String {
    switch self {
    case .malformed(let reason):
      "\(reason); send {\"inputs\":[{\"name\":…,\"shape\":[…],\"datatype\":…,\"data\":[…]}]}"
    case .unfit(let reason): reason
    }
  }
}
