import Basics
import Foundation
import Vision

/// An Open Inference Protocol request that fits a model, over any transport.
struct InferenceRequest: Sendable {
  /// An output that a client asks for.
  struct Output: Sendable {
    /// The position among the model's outputs.
    let position: Int
    /// As bytes behind the response's JSON, and not as numbers in it.
    var isBinary = false
  }

  enum Payload: Sendable {
    /// One for each of the model's inputs, in the model's order.
    case tensors([Tensor])
    /// Encoded images.
    case images([Data])
  }

  /// The client's name of the request, for the response.
  let id: String?
  let payload: Payload
  /// All of the model's if the client names none.
  let outputs: [Output]
  let terms: RequestOptions
  /// Rows of the batch; 1 if the inputs have no common number.
  let batch: Int

  /// A request as written, before it is checked against a model. Used while its bytes live.
  struct Draft {
    var id: String?
    var inputs: [InputTensor] = []
    /// Empty for all.
    var outputs: [(name: String, isBinary: Bool?)] = []
    /// The default for outputs that don't specify it.
    var isBinary = false
    var terms = RequestOptions()

    /// Maximum inputs, and maximum outputs.
    static let maximumTensors = 1000
  }

  /// - Parameter share: makes data of a part of the request's bytes.
  /// - Throws: `InferenceRequestError`.
  init(
    _ draft: Draft, for signature: PipelineSignature, limits: TensorLimits = TensorLimits(),
    share: (UnsafeRawBufferPointer) -> Data
  ) throws {
    let interface = ModelInterface(signature, limits)
    id = draft.id
    terms = draft.terms
    let known = interface.inputs.map { "'\($0.name)', \($0.datatype) of shape \($0.shape)" }
      .joined(separator: "; ")
    var names: Set<String> = []
    for input in draft.inputs {
      guard interface.inputs.contains(where: { $0.name == input.name }) else {
        throw InferenceRequestError.unfit("the model has no input '\(input.name)'; it takes \(known)")
      }
      guard names.insert(input.name).inserted else {
        throw InferenceRequestError.unfit("input '\(input.name)' is given twice")
      }
    }
    func input(_ name: String) throws -> InputTensor {
      guard let input = draft.inputs.first(where: { $0.name == name }) else {
        throw InferenceRequestError.unfit("input '\(name)' is missing; the model takes \(known)")
      }
      return input
    }
    switch signature {
    case .tensors(let inputs, _):
      batch = try inputs.batchSymbol == nil ? 1 : input(inputs[0].name).shape.first ?? 1
      guard batch <= limits.maximumBatch else {
        throw InferenceRequestError.unfit(
          "the request has a batch of \(batch); the limit is \(limits.maximumBatch) (\(TensorLimits.batchOption))"
        )
      }
      payload = .tensors(try Self.tensors(inputs, limits, input))
    case .image:
      let images = try input(ModelInterface.image).elements(atMost: ModelInterface.maximumImages, share)
      payload = .images(images)
      batch = images.count
    }
    if draft.outputs.isEmpty {
      outputs = interface.outputs.indices.map { Output(position: $0, isBinary: draft.isBinary) }
    } else {
      let positions = try interface.positions(of: draft.outputs.map(\.name))
      outputs = zip(positions, draft.outputs).map {
        Output(position: $0, isBinary: $1.isBinary ?? draft.isBinary)
      }
    }
  }

  /// Brings the inputs into the model's order and reads their numbers.
  private static func tensors(
    _ inputs: [TensorDescription], _ limits: TensorLimits, _ given: (String) throws -> InputTensor
  ) throws -> [Tensor] {
    let inputsGiven = try inputs.map { try given($0.name) }
    // Checked before any allocation of their size.
    var extents: [String: (extent: Int, input: String)] = [:]
    var bytes = 0
    for (input, tensor) in zip(inputs, inputsGiven) {
      bytes += try tensor.byteCount(for: input, limits)
      for case (let symbol?, let extent) in zip(input.symbols, tensor.shape) {
        if let known = extents[symbol], known.extent != extent {
          throw InferenceRequestError.unfit(
            "'\(symbol)' is \(known.extent) in input '\(known.input)' and \(extent) in input '\(input.name)'; it "
              + "must be the same")
        }
        extents[symbol] = (extent, input.name)
      }
    }
    guard bytes <= limits.maximumRequestBytes else {
      throw InferenceRequestError.unfit(
        "the inputs have \(bytes.counted("byte")); the limit is \(limits.maximumRequestBytes) "
          + "(\(TensorLimits.requestBytesOption))")
    }
    return try zip(inputs, inputsGiven).map { try $1.tensor(for: $0) }
  }
}

/// The reason why a request of tensors is refused.
enum InferenceRequestError: Error, Equatable, CustomStringConvertible {
  /// The body is not JSON, or not the protocol's.
  case malformed(String)
  /// The request doesn't fit this model.
  case unfit(String)

  /// Triton's extension that gives classes as texts.
  static let classification = unfit("'classification' of an output is not supported; ask for 'label'")

  var description: String {
    switch self {
    case .malformed(let reason), .unfit(let reason): reason
    }
  }
}

extension InferenceRequestError: RequestFailureConvertible {
  var requestFailure: RequestFailure {
    switch self {
    case .malformed(let reason): RequestFailure(.invalid, reason)
    case .unfit(let reason): RequestFailure(.unprocessable, reason)
    }
  }
}
