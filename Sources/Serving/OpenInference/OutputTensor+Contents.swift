import Basics
import Vision

extension OutputTensor {
  /// Refuses numbers that JSON can't represent. In binary form, and over gRPC, every number is valid.
  ///
  /// - Throws: `OutputNotInJSON`.
  func checkJSON() throws(OutputNotInJSON) {
    guard case .tensor(let tensor) = contents, tensor.element.isFloating else { return }
    guard tensor.element != .float16 else { throw OutputNotInJSON(name: name, reason: "is of FP16") }
    let isFinite =
      tensor.element == .float32
      ? tensor.data.allSatisfy(\.isFinite) : tensor.bytes.bindMemory(to: Double.self).allSatisfy(\.isFinite)
    guard isFinite else {
      throw OutputNotInJSON(name: name, reason: "has numbers that are not finite for these inputs")
    }
  }

  /// Passes on the contents in the protocol's binary form.
  func withRawBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    switch contents {
    case .tensor(let tensor): try body(UnsafeRawBufferPointer(tensor.bytes))
    case .floats(let numbers): try numbers.withUnsafeBytes(body)
    case .integers(let numbers): try numbers.withUnsafeBytes(body)
    case .bytes(let numbers): try numbers.withUnsafeBytes(body)
    case .texts(let texts):
      try texts.flatMap { text -> [UInt8] in
        withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { Array($0) } + text.utf8
      }.withUnsafeBytes(body)
    }
  }

  /// Writes the contents as one JSON list of numbers or texts.
  func writeData(to json: inout JSONText) {
    switch contents {
    case .texts(let texts): json.array("data") { json in for text in texts { json.value(nil, text) } }
    case .floats(let numbers):
      json.array("data") { json in for number in numbers { json.value(nil, number) } }
    case .integers(let numbers):
      json.array("data") { json in for number in numbers { json.value(nil, Int(number)) } }
    case .bytes(let numbers):
      json.array("data") { json in for number in numbers { json.value(nil, Int(number)) } }
    case .tensor(let tensor): Self.write(tensor, to: &json)
    }
  }

  private static func write(_ tensor: Tensor, to json: inout JSONText) {
    func floats<Number: BinaryFloatingPoint & LosslessStringConvertible>(_ type: Number.Type) {
      json.array("data") { json in
        for number in tensor.bytes.bindMemory(to: type) { json.value(nil, number) }
      }
    }
    func integers<Number: FixedWidthInteger>(_ type: Number.Type) {
      json.array("data") { json in
        for number in tensor.bytes.bindMemory(to: type) { json.value(nil, number) }
      }
    }
    switch tensor.element {
    case .float32: json.array("data", of: tensor.data)
    case .int64: json.array("data", of: tensor.integers)
    case .float64: floats(Double.self)
    case .float16: floats(Float16.self)
    case .uint8: integers(UInt8.self)
    case .uint16: integers(UInt16.self)
    case .uint32: integers(UInt32.self)
    case .uint64: integers(UInt64.self)
    case .int8: integers(Int8.self)
    case .int16: integers(Int16.self)
    case .int32: integers(Int32.self)
    case .bool:
      json.array("data") { json in for byte in tensor.bytes { json.value(nil, isTrue: byte != 0) } }
    }
    withExtendedLifetime(tensor) {}
  }
}

/// An error: JSON can't represent a network's output.
struct OutputNotInJSON: Equatable, CustomStringConvertible, RequestFailureConvertible {
  let name: String
  let reason: String

  var description: String {
    "output '\(name)' \(reason), which JSON can't carry; ask for it with 'binary_data', or over gRPC"
  }

  var requestFailure: RequestFailure { RequestFailure(.unprocessable, description) }
}
