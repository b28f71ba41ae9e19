import Dataflow
import Vision

/// A `ModelInferRequest`. Used while its bytes live.
struct InferenceMessage {
  private let reader: ProtobufReader

  /// Inputs and outputs that are looked at; no model has so many.
  private static let maximumTensors = 1000

  /// - Throws: `InferenceRequestError` if the bytes are no protocol buffer.
  init(_ bytes: UnsafeRawBufferPointer) throws {
    reader = ProtobufReader(bytes)
    guard reader.isWhole else {
      throw InferenceRequestError.malformed("the message is not a valid ModelInferRequest")
    }
  }

  var model: ModelReference { ModelReference(name: reader.text(1) ?? "", version: reader.text(2) ?? "") }

  func draft() throws -> InferenceRequest.Draft {
    var draft = InferenceRequest.Draft()
    draft.id = reader.text(3)
    for (key, value) in Self.parameters(reader, 4) {
      switch key {
      case "priority": try draft.setPriority(value)
      case "timeout": try draft.setTimeout(microseconds: value)
      default: break
      }
    }
    let (inputs, raw) = (
      reader.all(5, atMost: Self.maximumTensors), reader.all(7, atMost: Self.maximumTensors)
    )
    guard raw.isEmpty || raw.count == inputs.count else {
      throw InferenceRequestError.malformed("there are \(raw.count) raw contents for \(inputs.count) inputs")
    }
    draft.inputs = try inputs.enumerated().map { index, bytes in
      try InputTensor(ProtobufReader(bytes), raw: raw.isEmpty ? nil : raw[index])
    }
    let outputs = reader.all(6, atMost: Self.maximumTensors).map { ProtobufReader($0) }
    guard !outputs.contains(where: { Self.parameters($0, 2).contains { $0.key == "classification" } }) else {
      throw InferenceRequestError.classification
    }
    if !outputs.isEmpty { draft.outputs = outputs.map { ($0.text(1) ?? "", nil) } }
    return draft
  }

  /// The whole numbers among the parameters.
  private static func parameters(_ reader: ProtobufReader, _ field: Int) -> [(key: String, value: Int64)] {
    reader.all(field, atMost: maximumTensors).compactMap { entry in
      let entry = ProtobufReader(entry)
      guard let key = entry.text(1), let value = entry.all(2, atMost: 1).first.map({ ProtobufReader($0) })
      else {
        return nil
      }
      return (value.number(2) ?? value.number(5)).map { (key, Int64(bitPattern: $0)) }
    }
  }
}

extension InputTensor {
  fileprivate init(_ reader: ProtobufReader, raw: UnsafeRawBufferPointer?) throws {
    guard let name = reader.text(1) else { throw InferenceRequestError.malformed("an input has no 'name'") }
    let datatype = reader.text(2) ?? ""
    // One more than there may be, which is then told.
    let shape = try Self.shape(reader.numbers(3, atMost: Self.maximumRank + 1).map { Int64($0) })
    let limit = TensorLimits().maximumNumbers + 1
    let contents = reader.all(5, atMost: 1).first.map { ProtobufReader($0) }
    switch (raw, contents, datatype) {
    case (let raw?, _, _): self.init(name: name, datatype: datatype, shape: shape, contents: .raw(raw))
    case (nil, let contents?, "BYTES"):
      self.init(
        name: name, datatype: datatype, shape: shape, contents: .elements(contents.all(8, atMost: limit)))
    case (nil, let contents?, "INT64"):
      self.init(
        name: name, datatype: datatype, shape: shape,
        contents: .integers(contents.numbers(3, atMost: limit).map { Int64($0) }))
    case (nil, let contents?, "FP32"):
      self.init(
        name: name, datatype: datatype, shape: shape, contents: .floats(contents.floats(6, atMost: limit)))
    default:
      throw InferenceRequestError.unfit(
        "input '\(name)' has no contents that are read; send raw_input_contents")
    }
  }
}

extension ProtobufReader {
  /// The single-precision numbers that a field has, packed or not.
  fileprivate func floats(_ field: Int, atMost limit: Int) -> [Float] {
    var numbers: [Float] = []
    for bytes in all(field, atMost: limit) {
      for index in 0..<Swift.min(bytes.count / 4, limit - numbers.count) {
        let bits = bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
        numbers.append(Float(bitPattern: UInt32(littleEndian: bits)))
      }
    }
    return numbers
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
