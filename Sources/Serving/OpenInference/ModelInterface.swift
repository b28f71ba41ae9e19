import Vision

/// A pipeline's inputs and outputs, in the Open Inference Protocol's terms.
struct ModelInterface: Sendable, Equatable {
  struct Entry: Sendable, Equatable, Encodable {
    let name, datatype: String
    /// −1 where an extent is free.
    let shape: [Int]
  }

  let inputs, outputs: [Entry]
  /// The maximum rows of a batch; 0 if the first extents have no common name.
  let maximumBatch: Int

  /// The input of image pipelines: each element is the bytes of an image file.
  static let image = "image"
  /// Maximum images in one request.
  static let maximumImages = 64

  init(_ signature: PipelineSignature, _ limits: TensorLimits = TensorLimits()) {
    switch signature {
    case .image(let outputs):
      inputs = [Entry(name: Self.image, datatype: "BYTES", shape: [-1, 1])]
      self.outputs = outputs.map { Entry(name: $0.name, datatype: $0.datatype, shape: $0.shape) }
      maximumBatch = Self.maximumImages
    case .tensors(let inputs, let outputs):
      self.inputs = inputs.map { Entry($0) }
      self.outputs = outputs.map { Entry($0) }
      maximumBatch = (inputs + outputs).batchSymbol == nil ? 0 : limits.maximumBatch
    }
  }

  /// The positions of the outputs with these names.
  ///
  /// - Throws: `InferenceRequestError` for an unknown name, and for a repeated one, which would repeat the
  ///   output.
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
  /// The shape in the Open Inference Protocol: −1 where an extent is free.
  var protocolShape: [Int] { shape.map { $0 ?? -1 } }

  /// The expected datatype and shape, for messages.
  var expectation: String { "\(element?.datatype ?? "an unknown type") of shape \(protocolShape)" }
}
