import Foundation

/// Writes the wire format of protocol buffers, as far as ONNX models and requests need it.
public struct ProtocolBuffer: Sendable {
  public private(set) var bytes = Data()

  public init() {}

  public mutating func add(_ field: Int, _ value: Int) {
    varint(UInt64(field << 3))
    varint(UInt64(bitPattern: Int64(value)))
  }

  public mutating func add(_ field: Int, _ value: Data) {
    varint(UInt64(field << 3 | 2))
    varint(UInt64(value.count))
    bytes += value
  }

  public mutating func add(_ field: Int, _ value: String) { add(field, Data(value.utf8)) }

  /// A message inside this one.
  public mutating func add(_ field: Int, _ build: (inout ProtocolBuffer) -> Void) {
    var inner = ProtocolBuffer()
    build(&inner)
    add(field, inner.bytes)
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
