import Vision

/// An answer of the Open Inference Protocol.
struct InferenceResponse: Sendable {
  let model: String
  /// That of the request.
  let id: String?
  /// What is given, with the names that the model has for it.
  let outputs: [(name: String, tensor: Tensor)]

  /// - Throws: `OutputNotFinite`: JSON has no way to say it, and what can be computed with is not meant.
  func json() throws -> String {
    for (name, tensor) in outputs where tensor.element == .float32 {
      guard tensor.data.allSatisfy(\.isFinite) else { throw OutputNotFinite(name: name) }
    }
    var json = JSONText(capacity: outputs.reduce(128) { $0 + 96 + $1.tensor.bytes.count * 3 })
    json.object { json in
      json.value("model_name", model)
      json.value("model_version", "1")
      if let id { json.value("id", id) }
      json.array("outputs") { json in
        for (name, tensor) in outputs { json.object { Self.write(name, tensor, to: &$0) } }
      }
    }
    return json.text
  }

  private static func write(_ name: String, _ tensor: Tensor, to json: inout JSONText) {
    json.value("name", name)
    json.value("datatype", tensor.element.datatype)
    json.array("shape") { json in for extent in tensor.shape { json.value(nil, extent) } }
    if tensor.element == .float32 {
      json.array("data", of: tensor.data)
    } else {
      json.array("data", of: tensor.integers)
    }
  }
}

/// A network gave numbers that mean nothing, for numbers that it was given.
struct OutputNotFinite: Error, Equatable, CustomStringConvertible {
  let name: String

  var description: String { "the network's output '\(name)' is not finite for these inputs" }
}
