import Basics
import Vision

/// A `ModelInferRequest` as encoded, read in one pass. Used while its bytes live.
struct InferenceMessage {
  private(set) var model = ModelReference(name: "")
  private var id = ""
  private var parameters: [Parameter] = []
  private var inputs: [Input] = []
  private var outputs: [Output] = []
  private var raw: [UnsafeRawBufferPointer] = []

  /// Maximum fields of the message; no request has so many inputs, outputs and parameters.
  private static let maximumFields = 4096

  /// - Throws: `ProtobufError`; `InferenceRequestError`.
  init(_ bytes: UnsafeRawBufferPointer) throws {
    typealias Request = ProtocolFields.InferRequest
    var reader = ProtobufReader(bytes, maximumFields: Self.maximumFields)
    while let field = try reader.next() {
      switch field.number {
      case Request.modelName: model.name = try field.text()
      case Request.modelVersion: model.version = try field.text()
      case Request.id: id = try field.text()
      case Request.parameters: parameters.append(try Parameter(field))
      case Request.inputs:
        try Self.checkCount(inputs.count, "inputs")
        inputs.append(try Input(field))
      case Request.outputs:
        try Self.checkCount(outputs.count, "outputs")
        outputs.append(try Output(field))
      case Request.rawInputContents: raw.append(try field.bytes())
      default: break
      }
    }
  }

  private static func checkCount(_ count: Int, _ what: String) throws {
    try InferenceRequest.Draft.checkCount(count, what)
  }

  /// - Throws: `InferenceRequestError` for a request that fits no model.
  func draft() throws -> InferenceRequest.Draft {
    var draft = InferenceRequest.Draft()
    draft.id = id.isEmpty ? nil : id
    for parameter in parameters {
      switch parameter.key {
      case "priority": draft.terms.priority = try RequestOptions.priority(parameter.number)
      case "timeout": draft.terms.timeout = try RequestOptions.timeout(microseconds: parameter.number)
      default: break
      }
    }
    guard raw.isEmpty || raw.count == inputs.count else {
      throw InferenceRequestError.malformed(
        "\(inputs.count.counted("input")) came with \(raw.count.counted("raw content"))")
    }
    draft.inputs = try inputs.enumerated().map { index, input in
      try input.tensor(raw: raw.isEmpty ? nil : raw[index])
    }
    guard !outputs.contains(where: \.wantsClasses) else { throw InferenceRequestError.classification }
    draft.outputs = outputs.map { ($0.name, nil) }
    return draft
  }
}

extension InferenceMessage {
  /// Maximum fields of one input, output or parameter.
  private static let maximumPartFields = 256

  /// An entry of a map of `InferParameter`s.
  fileprivate struct Parameter {
    private(set) var key = ""
    /// `nil` if it is no integer.
    private(set) var number: Int64?

    init(_ entry: ProtobufReader.Field) throws {
      var reader = try entry.message(maximumFields: maximumPartFields)
      while let field = try reader.next() {
        switch field.number {
        case ProtocolFields.MapEntry.key: key = try field.text()
        case ProtocolFields.MapEntry.value:
          number = try Self.number(field.message(maximumFields: maximumPartFields))
        default: break
        }
      }
    }

    private static func number(_ reader: ProtobufReader) throws -> Int64? {
      typealias Value = ProtocolFields.Parameter
      var (reader, number) = (reader, Int64?.none)
      while let field = try reader.next() {
        switch field.number {
        case Value.bool:
          _ = try field.integer()
          number = nil
        case Value.int64: number = Int64(bitPattern: try field.integer())
        case Value.string:
          _ = try field.text()
          number = nil
        case Value.double:
          _ = try field.double()
          number = nil
        case Value.uint64: number = Int64(clamping: try field.integer())
        default: break
        }
      }
      return number
    }
  }

  /// An `InferInputTensor`.
  fileprivate struct Input {
    private var name: String?
    private var datatype = ""
    private var extents: [Int64] = []
    private var contents: [UnsafeRawBufferPointer] = []

    init(_ input: ProtobufReader.Field) throws {
      var reader = try input.message(maximumFields: maximumPartFields)
      while let field = try reader.next() {
        switch field.number {
        case ProtocolFields.Tensor.name: name = try field.text()
        case ProtocolFields.Tensor.datatype: datatype = try field.text()
        case ProtocolFields.Tensor.shape:
          try field.forEachInteger { extent in
            guard extents.count < InputTensor.maximumRank else { throw InputTensor.wrongShape(extents + [0]) }
            extents.append(Int64(bitPattern: extent))
          }
        case ProtocolFields.InputTensor.parameters: _ = try Parameter(field)
        case ProtocolFields.InputTensor.contents: contents.append(try field.bytes())
        default: break
        }
      }
    }

    func tensor(raw: UnsafeRawBufferPointer?) throws -> InputTensor {
      guard let name else { throw InferenceRequestError.malformed("an input has no 'name'") }
      guard (raw == nil) != contents.isEmpty else {
        throw InferenceRequestError.malformed(
          "input '\(name)' has \(raw == nil ? "no contents" : "contents of both kinds"); send raw_input_contents, or contents of its datatype"
        )
      }
      return InputTensor(
        name: name, datatype: datatype, shape: try InputTensor.shape(extents),
        contents: raw.map { .raw($0) } ?? .fields(ContentFields(parts: contents, name: name)))
    }
  }

  /// An `InferRequestedOutputTensor`.
  fileprivate struct Output {
    private(set) var name = ""
    private(set) var wantsClasses = false

    init(_ output: ProtobufReader.Field) throws {
      var reader = try output.message(maximumFields: maximumPartFields)
      while let field = try reader.next() {
        switch field.number {
        case ProtocolFields.RequestedOutput.name: name = try field.text()
        case ProtocolFields.RequestedOutput.parameters:
          if try Parameter(field).key == "classification" { wantsClasses = true }
        default: break
        }
      }
    }
  }
}

extension InferenceResponse {
  /// A `ModelInferResponse`.
  func message() -> [UInt8] {
    typealias Response = ProtocolFields.InferResponse
    return ServerMessages.build { message in
      message.add(Response.modelName, model)
      message.add(Response.modelVersion, "\(version)")
      if let id { message.add(Response.id, id) }
      for (name, microseconds) in times {
        message.add(Response.parameters) { entry in
          entry.add(ProtocolFields.MapEntry.key, name)
          entry.add(ProtocolFields.MapEntry.value) {
            $0.add(ProtocolFields.Parameter.double, double: microseconds)
          }
        }
      }
      for (tensor, _) in outputs {
        message.add(Response.outputs, tensor: tensor.name, tensor.datatype, tensor.shape)
      }
      for (tensor, _) in outputs {
        tensor.withRawBytes { message.add(Response.rawOutputContents, bytes: $0) }
      }
    }
  }
}
