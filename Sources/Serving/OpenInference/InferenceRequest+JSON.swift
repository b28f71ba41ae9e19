import Basics
import Foundation
import Vision

extension InferenceRequest {
  /// Reads `{"id":…,"inputs":[{"name":…,"shape":[…],"datatype":…,"data":[…]}],"outputs":[…]}`, with the
  /// binary tensors that follow it: inputs whose parameters give a `binary_data_size`.
  ///
  /// Unknown keys and parameters are ignored, as the protocol requires.
  init(
    parsing json: UnsafeRawBufferPointer,
    binary: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0),
    for signature: PipelineSignature, limits: TensorLimits = TensorLimits(),
    share: (UnsafeRawBufferPointer) -> Data = { Data($0) }
  ) throws {
    do {
      var reader = JSONReader(json)
      var draft = Draft()
      try draft.read(&reader, binary)
      try self.init(draft, for: signature, limits: limits, share: share)
    } catch let error as JSONError {
      throw InferenceRequestError.malformed(
        "the body is not valid: \(error.reason), at byte \(error.position); send {\"inputs\":[{\"name\":…,\"shape\":[…],\"datatype\":…,\"data\":[…]}]}"
      )
    }
  }
}

extension InferenceRequest.Draft {
  fileprivate mutating func read(_ reader: inout JSONReader, _ binary: UnsafeRawBufferPointer) throws {
    var rest = binary[...]
    var hasInputs = false
    try reader.object { reader, key in
      switch key {
      case "id": id = try reader.string()
      case "inputs":
        hasInputs = true
        try reader.array { reader in
          try Self.checkCount(inputs.count, "inputs")
          inputs.append(try InputTensor(&reader, binary: &rest))
        }
      case "outputs":
        try reader.array { reader in
          try Self.checkCount(outputs.count, "outputs")
          outputs.append(try Self.output(&reader))
        }
      case "parameters": try parameters(&reader)
      default: try reader.skip()
      }
    }
    try reader.end()
    guard hasInputs else {
      throw InferenceRequestError.malformed("the key 'inputs' is missing; send {\"inputs\":[…]}")
    }
    guard rest.isEmpty else {
      throw InferenceRequestError.malformed(
        "\(rest.count.counted("byte")) too many behind the last input's; see its 'binary_data_size'")
    }
  }

  /// - Parameter count: the number before another one.
  static func checkCount(_ count: Int, _ what: String) throws {
    guard count < maximumTensors else {
      throw InferenceRequestError.malformed(
        "there are more than \(maximumTensors) \(what); no model has so many")
    }
  }

  private static func output(_ reader: inout JSONReader) throws -> (String, Bool?) {
    var (name, isBinary): (String?, Bool?)
    try reader.object { reader, key in
      switch key {
      case "name": name = try reader.string()
      case "parameters":
        try reader.object { reader, key in
          switch key {
          case "binary_data": isBinary = try reader.boolean()
          case "classification": throw InferenceRequestError.classification
          default: try reader.skip()
          }
        }
      default: try reader.skip()
      }
    }
    guard let name else { throw InferenceRequestError.malformed("an output has no 'name'") }
    return (name, isBinary)
  }

  private mutating func parameters(_ reader: inout JSONReader) throws {
    try reader.object { reader, key in
      switch key {
      case "priority": terms.priority = try RequestOptions.priority(try reader.integer())
      case "timeout": terms.timeout = try RequestOptions.timeout(microseconds: try reader.integer())
      case "binary_data_output": isBinary = try reader.boolean()
      default: try reader.skip()
      }
    }
  }
}

extension InputTensor {
  /// Reads `{"name":…,"shape":[…],"datatype":…,"data":[…]}`, and skips the numbers.
  fileprivate init(_ reader: inout JSONReader, binary: inout UnsafeRawBufferPointer.SubSequence) throws {
    var name: String?
    var datatype: String?
    var shape: [Int]?
    var data: JSONReader?
    var (size, encoding): (Int64?, String?)
    try reader.object { reader, key in
      switch key {
      case "name": name = try reader.string()
      case "datatype": datatype = try reader.string()
      case "shape":
        var extents: [Int64] = []
        try reader.array { reader in
          guard let extent = try reader.integer(), extents.count < 9 else {
            throw reader.error("a shape has up to 8 whole numbers from 0")
          }
          extents.append(extent)
        }
        shape = try Self.shape(extents)
      case "data":
        data = reader
        try reader.skip()
      case "parameters":
        try reader.object { reader, key in
          switch key {
          case "binary_data_size": size = try reader.integer() ?? -1
          case "content_type": encoding = try reader.string()
          default: try reader.skip()
          }
        }
      default: try reader.skip()
      }
    }
    guard let name else { throw InferenceRequestError.malformed("an input has no 'name'") }
    guard let datatype else { throw InferenceRequestError.malformed("input '\(name)' has no 'datatype'") }
    guard let shape else { throw InferenceRequestError.malformed("input '\(name)' has no 'shape'") }
    if let size {
      guard data == nil, size >= 0, size <= Int64(binary.count) else {
        throw InferenceRequestError.malformed(
          "input '\(name)' has a 'binary_data_size' of \(size), and \(data == nil ? "behind the JSON are \(binary.count.counted("byte"))" : "'data' too")"
        )
      }
      let bytes = UnsafeRawBufferPointer(rebasing: binary.prefix(Int(size)))
      binary = binary.dropFirst(Int(size))
      self.init(name: name, datatype: datatype, shape: shape, contents: .raw(bytes))
    } else {
      guard let data else { throw InferenceRequestError.malformed("input '\(name)' has no 'data'") }
      self.init(name: name, datatype: datatype, shape: shape, contents: .json(data), encoding: encoding)
    }
  }
}
