/// A strict reader of the protocol-buffer wire format: field by field, in one pass, without copying.
///
/// Truncated data, numbers over 64 bits, invalid field numbers, deprecated groups and fields of another type
/// than the one read are errors.
///
/// The bytes must outlive the reader.
///
/// Source: Protocol Buffers documentation, *Encoding*.
package struct ProtobufReader {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  /// Fields that may still come.
  private var fieldsLeft: Int

  /// - Parameter maximumFields: a bound for this message, without those inside it.
  package init(_ bytes: UnsafeRawBufferPointer, maximumFields: Int = .max) {
    self.bytes = bytes
    fieldsLeft = maximumFields
  }

  /// The next field; `nil` at the end.
  package mutating func next() throws(ProtobufError) -> Field? {
    guard position < bytes.count else { return nil }
    guard fieldsLeft > 0 else { throw .tooManyFields }
    fieldsLeft -= 1
    let key = try varint()
    guard key > 7, key <= UInt32.max else { throw .wrongKey }
    let number = Int(key >> 3)
    switch key & 7 {
    case 0: return Field(number: number, value: .varint(try varint()))
    case 1: return Field(number: number, value: .fixed64(try load()))
    case 2:
      let length = try varint()
      guard length <= bytes.count - position else { throw .breaksOff }
      defer { position += Int(length) }
      return Field(
        number: number,
        value: .bytes(UnsafeRawBufferPointer(rebasing: bytes[position..<(position + Int(length))])))
    case 5: return Field(number: number, value: .fixed32(try load()))
    default: throw .wrongKey
    }
  }

  /// Whether nothing follows.
  fileprivate var isAtEnd: Bool { position == bytes.count }

  fileprivate mutating func varint() throws(ProtobufError) -> UInt64 {
    var (value, shift) = (UInt64(0), UInt64(0))
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) &<< shift
      if byte < 0x80 {
        // The tenth byte has only the sixty-fourth bit.
        guard shift < 63 || byte <= 1 else { throw .longNumber }
        return value
      }
      shift += 7
      guard shift < 70 else { throw .longNumber }
    }
    throw .breaksOff
  }

  fileprivate mutating func load<Bits: FixedWidthInteger & BitwiseCopyable>() throws(ProtobufError) -> Bits {
    guard bytes.count - position >= MemoryLayout<Bits>.size else { throw .breaksOff }
    defer { position += MemoryLayout<Bits>.size }
    return Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Bits.self))
  }
}

extension ProtobufReader {
  /// A field of a message, which the caller reads as the expected type.
  package struct Field {
    fileprivate enum Value {
      case varint(UInt64)
      case fixed32(UInt32)
      case fixed64(UInt64)
      case bytes(UnsafeRawBufferPointer)
    }

    package let number: Int
    fileprivate let value: Value

    /// An integer, an enumeration or a Boolean.
    package func integer() throws(ProtobufError) -> UInt64 {
      guard case .varint(let number) = value else { throw .wrongType(field: number) }
      return number
    }

    package func double() throws(ProtobufError) -> Double {
      guard case .fixed64(let bits) = value else { throw .wrongType(field: number) }
      return Double(bitPattern: bits)
    }

    package func bytes() throws(ProtobufError) -> UnsafeRawBufferPointer {
      guard case .bytes(let bytes) = value else { throw .wrongType(field: number) }
      return bytes
    }

    package func text() throws(ProtobufError) -> String {
      guard let text = String(validating: try bytes(), as: UTF8.self) else {
        throw .notText(field: number)
      }
      return text
    }

    package func message(maximumFields: Int = .max) throws(ProtobufError) -> ProtobufReader {
      ProtobufReader(try bytes(), maximumFields: maximumFields)
    }

    /// One integer of a repeated field, or a packed run of them.
    package func forEachInteger(_ body: (UInt64) throws -> Void) throws {
      if case .varint(let number) = value { return try body(number) }
      var reader = try message()
      while !reader.isAtEnd { try body(try reader.varint()) }
    }

    /// One 32-bit number of a repeated field, or a packed run of them.
    package func forEachFixed32(_ body: (UInt32) throws -> Void) throws {
      if case .fixed32(let bits) = value { return try body(bits) }
      var reader = try message()
      while !reader.isAtEnd { try body(try reader.load()) }
    }

    /// One 64-bit number of a repeated field, or a packed run of them.
    package func forEachFixed64(_ body: (UInt64) throws -> Void) throws {
      if case .fixed64(let bits) = value { return try body(bits) }
      var reader = try message()
      while !reader.isAtEnd { try body(try reader.load()) }
    }
  }
}

/// A malformed or unexpected message.
package enum ProtobufError: Error, Equatable, CustomStringConvertible {
  case breaksOff
  case longNumber
  case wrongKey
  case wrongType(field: Int)
  case notText(field: Int)
  case tooManyFields

  package var description: String {
    switch self {
    case .breaksOff: "the message is not a valid protocol buffer: it breaks off"
    case .longNumber: "the message is not a valid protocol buffer: a number has more than 64 bits"
    case .wrongKey:
      "the message is not a valid protocol buffer: it has a field number or a type that there isn't"
    case .wrongType(let field):
      "the message is not the one of this call: its field \(field) is of another type"
    case .notText(let field): "the message is not valid: its field \(field) must be UTF-8"
    case .tooManyFields: "the message has too many fields; no request needs so many"
    }
  }
}
