import Basics
import Vision

/// The contents of an `InferTensorContents`, not read yet. Used while its bytes live.
struct ContentFields {
  /// The message, in the parts in which it came.
  let parts: [UnsafeRawBufferPointer]
  /// The input's name, for messages.
  let name: String

  /// The fields by their numbers.
  private enum Field {
    static let bool = 1, int = 2, int64 = 3, uint = 4, uint64 = 5, fp32 = 6, fp64 = 7, bytes = 8
  }

  /// Fills a tensor.
  ///
  /// - Returns: the count of numbers, as of all methods here; at most the tensor's size.
  func read(into tensor: Tensor) throws -> Int {
    let bytes = tensor.bytes
    switch tensor.element {
    case .float32: return try read(into: tensor.data)
    case .float64: return try read(into: bytes.bindMemory(to: Double.self))
    case .bool: return try readBooleans(into: bytes.bindMemory(to: UInt8.self))
    case .uint8: return try read(into: bytes.bindMemory(to: UInt8.self))
    case .uint16: return try read(into: bytes.bindMemory(to: UInt16.self))
    case .uint32: return try read(into: bytes.bindMemory(to: UInt32.self))
    case .uint64: return try read(into: bytes.bindMemory(to: UInt64.self))
    case .int8: return try read(into: bytes.bindMemory(to: Int8.self))
    case .int16: return try read(into: bytes.bindMemory(to: Int16.self))
    case .int32: return try read(into: bytes.bindMemory(to: Int32.self))
    case .int64: return try read(into: bytes.bindMemory(to: Int64.self))
    case .float16:
      throw InferenceRequestError.unfit(
        "input '\(name)' is of FP16, which has no contents; send raw_input_contents")
    }
  }

  private func read(into target: UnsafeMutableBufferPointer<Float>) throws -> Int {
    try fill(target, from: Field.fp32) { field, add in
      try field.forEachFixed32 { try add(Float(bitPattern: $0)) }
    }
  }

  private func read(into target: UnsafeMutableBufferPointer<Double>) throws -> Int {
    try fill(target, from: Field.fp64) { field, add in
      try field.forEachFixed64 { try add(Double(bitPattern: $0)) }
    }
  }

  /// Numbers of fewer than 32 bits are written as numbers of 32.
  private func read<Number: FixedWidthInteger>(into target: UnsafeMutableBufferPointer<Number>) throws -> Int
  {
    let isWide = Number.bitWidth == 64
    let field =
      Number.isSigned ? (isWide ? Field.int64 : Field.int) : (isWide ? Field.uint64 : Field.uint)
    return try fill(target, from: field) { field, add in
      try field.forEachInteger { bits in
        if isWide { return try add(Number(truncatingIfNeeded: bits)) }
        let written =
          Number.isSigned ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(UInt32(truncatingIfNeeded: bits))
        guard let number = Number(exactly: written) else {
          throw InferenceRequestError.unfit(
            "the contents of input '\(name)' have \(written); they must be from \(Number.min) to \(Number.max)"
          )
        }
        try add(number)
      }
    }
  }

  /// Reads booleans, as 1 and 0.
  private func readBooleans(into target: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    try fill(target, from: Field.bool) { field, add in try field.forEachInteger { try add($0 == 0 ? 0 : 1) } }
  }

  /// The elements of BYTES; at most one more than the limit, which shows that there are too many.
  func elements(atMost limit: Int) throws -> [UnsafeRawBufferPointer] {
    var elements: [UnsafeRawBufferPointer] = []
    try forEach(Field.bytes) { field in
      if elements.count <= limit { elements.append(try field.bytes()) }
    }
    return elements
  }

  private func fill<Number>(
    _ target: UnsafeMutableBufferPointer<Number>, from number: Int,
    _ read: (ProtobufReader.Field, (Number) throws -> Void) throws -> Void
  ) throws -> Int {
    var count = 0
    try forEach(number) { field in
      try read(field) { number in
        guard count < target.count else {
          throw InferenceRequestError.unfit(
            "input '\(name)' has more numbers than the \(target.count) that its shape says")
        }
        target[count] = number
        count += 1
      }
    }
    return count
  }

  /// - Throws: `InferenceRequestError` for contents of another datatype.
  private func forEach(_ number: Int, _ body: (ProtobufReader.Field) throws -> Void) throws {
    for part in parts {
      var reader = ProtobufReader(part)
      while let field = try reader.next() {
        guard field.number == number else {
          throw InferenceRequestError.unfit(
            "the contents of input '\(name)' are not in the field of its datatype; send raw_input_contents")
        }
        try body(field)
      }
    }
  }
}
