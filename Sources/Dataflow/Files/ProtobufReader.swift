/// Reads the wire format of protocol buffers field by field, without copying.
///
/// The bytes must outlive the reader.
package struct ProtobufReader: IteratorProtocol, Sequence {
  package enum Value {
    case number(UInt64)
    case bytes(UnsafeRawBufferPointer)
  }

  private var rest: UnsafeRawBufferPointer.SubSequence

  package init(_ bytes: UnsafeRawBufferPointer) { rest = bytes[...] }

  /// The next field; `nil` at the end, and where the bytes are no such format.
  package mutating func next() -> (field: Int, value: Value)? {
    guard !rest.isEmpty, let key = varint() else { return nil }
    switch key & 7 {
    case 0: return varint().map { (Int(key >> 3), .number($0)) }
    case 1: return take(8).map { (Int(key >> 3), .bytes($0)) }
    case 2:
      return varint().flatMap { Int(exactly: $0) }.flatMap { take($0) }.map { (Int(key >> 3), .bytes($0)) }
    case 5: return take(4).map { (Int(key >> 3), .bytes($0)) }
    default: return nil
    }
  }

  private mutating func varint() -> UInt64? {
    var (value, shift) = (UInt64(0), UInt64(0))
    while shift < 64, let byte = rest.popFirst() {
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }

  private mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
    guard count >= 0, count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return UnsafeRawBufferPointer(rebasing: rest.prefix(count))
  }
}

extension ProtobufReader {
  /// Whether the bytes are fields to their end.
  package var isWhole: Bool {
    var reader = self
    while reader.next() != nil {}
    return reader.rest.isEmpty
  }

  /// The last whole number that a field has.
  package func number(_ field: Int) -> UInt64? {
    var last: UInt64?
    for case (field, .number(let number)) in self { last = number }
    return last
  }

  /// The messages, texts or arrays that a field has; no more than are wanted.
  package func all(_ field: Int, atMost limit: Int = .max) -> [UnsafeRawBufferPointer] {
    var all: [UnsafeRawBufferPointer] = []
    for case (field, .bytes(let bytes)) in self {
      guard all.count < limit else { break }
      all.append(bytes)
    }
    return all
  }

  package func text(_ field: Int) -> String? {
    all(field, atMost: 1).first.map { String(decoding: $0, as: UTF8.self) }
  }

  /// The whole numbers that a field has, packed or not; no more than are wanted.
  package func numbers(_ field: Int, atMost limit: Int = .max) -> [Int] {
    var numbers: [Int] = []
    for entry in self where entry.field == field && numbers.count < limit {
      switch entry.value {
      case .number(let number): numbers.append(Int(truncatingIfNeeded: number))
      case .bytes(let bytes):
        var reader = ProtobufReader(bytes)
        while numbers.count < limit, let number = reader.varint() {
          numbers.append(Int(truncatingIfNeeded: number))
        }
      }
    }
    return numbers
  }
}
