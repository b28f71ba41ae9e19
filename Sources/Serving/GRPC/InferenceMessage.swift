import Basics
import Dataflow
import Vision

/// A `ModelInferRequest` as it is written, read in one pass. Used while its bytes live.
struct InferenceMessage {
  private(set) var model = ModelReference(name: "")
  private var id = ""
  private var parameters: [Parameter] = []
  private var inputs: [Input] = []
  private var outputs: [Output] = []
  private var raw: [UnsafeRawBufferPointer] = []

  /// Of the message; no request has so many inputs, outputs and parameters.
  private static let maximumFields = 4096

  /// - Throws: `ProtobufError`; `InferenceRequestError`.
  init(_ bytes: UnsafeRawBufferPointer) throws {
    var reader = ProtobufReader(bytes, maximumFields: Self.maximumFields)
    while let field = try reader.next() {
      switch field.number {
      case 1: model.name = try field.text()
      case 2: model.version = try field.text()
      case 3: id = try field.text()
      case 4: parameters.append(try Parameter(field))
      case 5:
        try Self.checkCount(inputs.count, "inputs")
        inputs.append(try Input(field))
      case 6:
        try Self.checkCount(outputs.count, "outputs")
        outputs.append(try Output(field))
      case 7: raw.append(try field.bytes())
      default: break
      }
    }
  }

  private static func checkCount(_ count: Int, _ what: String) throws {
    try InferenceRequest.Draft.checkCount(count, what)
  }

  /// - Throws: `InferenceRequestError` for what can't be asked of any model.
  func draft() throws -> InferenceRequest.Draft {
    var draft = InferenceRequest.Draft()
    draft.id = id.isEmpty ? nil : id
    for parameter in parameters {
      switch parameter.key {
      case "priority": draft.terms.priority = try RequestTerms.priority(parameter.number)
      case "timeout": draft.terms.timeout = try RequestTerms.timeout(microseconds: parameter.number)
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
  /// Of one input, output or parameter.
  private static let maximumPartFields = 256

  /// An entry of a map of `InferParameter`s.
  fileprivate struct Parameter {
    private(set) var key = ""
    /// `nil` if it is no whole number.
    private(set) var number: Int64?

    init(_ entry: ProtobufReader.Field) throws {
      var reader = try entry.message(maximumFields: maximumPartFields)
      while let field = try reader.next() {
        switch field.number {
        case 1: key = try field.text()
        case 2: number = try Self.number(field.message(maximumFields: maximumPartFields))
        default: break
        }
      }
    }

    private static func number(_ reader: ProtobufReader) throws -> Int64? {
      var (reader, number) = (reader, Int64?.none)
      while let field = try reader.next() {
        switch field.number {
        case 1:
          _ = try field.integer()
          number = nil
        case 2: number = Int64(bitPattern: try field.integer())
        case 3:
          _ = try field.text()
          number = nil
        case 4:
          _ = try field.double()
          number = nil
        case 5: number = Int64(clamping: try field.integer())
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
        case 1: name = try field.text()
        case 2: datatype = try field.text()
        case 3:
          try field.forEachInteger { extent in
            guard extents.count < InputTensor.maximumRank else { throw InputTensor.wrongShape(extents + [0]) }
            extents.append(Int64(bitPattern: extent))
          }
        case 4: _ = try Parameter(field)
        case 5: contents.append(try field.bytes())
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
        case 1: name = try field.text()
        case 2: if try Parameter(field).key == "classification" { wantsClasses = true }
        default: break
        }
      }
    }
  }
}

extension InferenceResponse {
  /// A `ModelInferResponse`.
  func message() -> [UInt8] {
    ServerMessages.build { message in
      message.add(1, model)
      message.add(2, "\(version)")
      if let id { message.add(3, id) }
      for (name, microseconds) in times {
        message.add(4) { entry in
          entry.add(1, name)
          entry.add(2) { $0.add(4, double: microseconds) }
        }
      }
      for (tensor, _) in outputs {
        message.add(5) { output in
          output.add(1, tensor.name)
          output.add(2, tensor.datatype)
          for extent in tensor.shape { output.add(3, extent) }
        }
      }
      for (tensor, _) in outputs { tensor.withRawBytes { message.add(6, bytes: $0) } }
    }
  }
}
