import Vision

/// What a pipeline takes and gives, in the Open Inference Protocol's terms.
struct ModelInterface: Sendable, Equatable {
  struct Entry: Sendable, Equatable, Encodable {
    let name, datatype: String
    /// −1 where an extent is free.
    let shape: [Int]
  }

  let inputs, outputs: [Entry]
  /// Of what all first extents are called; 0 where they are not the same.
  let maximumBatch: Int

  /// The input of pipelines that take images: each element is the bytes of an image file.
  static let image = "image"
  /// Their outputs: the likeliest classes of each image, best first.
  static let label = "label", index = "index", score = "score"
  /// Images in one request.
  static let maximumImages = 64

  init(_ signature: PipelineSignature, _ limits: TensorLimits = TensorLimits()) {
    switch signature {
    case .image:
      inputs = [Entry(name: Self.image, datatype: "BYTES", shape: [-1, 1])]
      outputs = [
        Entry(name: Self.label, datatype: "BYTES", shape: [-1, -1]),
        Entry(name: Self.index, datatype: "INT64", shape: [-1, -1]),
        Entry(name: Self.score, datatype: "FP32", shape: [-1, -1]),
      ]
      maximumBatch = Self.maximumImages
    case .tensors(let inputs, let outputs):
      self.inputs = inputs.map { Entry($0) }
      self.outputs = outputs.map { Entry($0) }
      maximumBatch = (inputs + outputs).batchSymbol == nil ? 0 : limits.maximumBatch
    }
  }

  /// Of these outputs' names the positions.
  ///
  /// - Throws: `InferenceRequestError` for a name that there is none of, and for one that is asked for twice:
  ///   each would be answered in full.
  func positions(of names: [String]) throws -> [Int] {
    var known: Set<String> = []
    return try names.map { name in
      guard known.insert(name).inserted else {
        throw InferenceRequestError.unfit("output '\(name)' is asked for twice; name each once")
      }
      guard let position = outputs.firstIndex(where: { $0.name == name }) else {
        let known = outputs.map { "'\($0.name)', \($0.datatype) of shape \($0.shape)" }.joined(
          separator: "; ")
        throw InferenceRequestError.unfit("the model has no output '\(name)'; it gives \(known)")
      }
      return position
    }
  }
}

extension ModelInterface.Entry {
  fileprivate init(_ tensor: TensorDescription) {
    self.init(name: tensor.name, datatype: tensor.element?.datatype ?? "", shape: tensor.protocolShape)
  }
}

extension TensorDescription {
  /// As the Open Inference Protocol writes it: −1 where an extent is free.
  var protocolShape: [Int] { shape.map { $0 ?? -1 } }

  /// For messages: what a client should send.
  var expectation: String { "\(element?.datatype ?? "an unknown type") of shape \(protocolShape)" }
}
