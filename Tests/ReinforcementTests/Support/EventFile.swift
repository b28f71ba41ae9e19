import Basics
import Foundation
import Planning
import Testing

/// What a TensorBoard event file says, read by the format's definition, one bit at a time where a checksum is.
struct EventFile {
  struct Event: Equatable {
    var time = 0.0
    var step = 0
    var version: String?
    var isSessionStart = false
    var scalars: [String: Float] = [:]
  }

  struct Malformed: Error {}

  private(set) var events: [Event] = []

  init(path: String) throws {
    var bytes = Fields(try [UInt8](Data(contentsOf: URL(filePath: path))))
    while !bytes.isEmpty {
      let header = try bytes.take(8)
      try #require(Self.mask(Self.checksum(header)) == UInt32(Self.number(try bytes.take(4))))
      let message = try bytes.take(Int(Self.number(header)))
      try #require(Self.mask(Self.checksum(message)) == UInt32(Self.number(try bytes.take(4))))
      events.append(try Self.event(message))
    }
  }

  private static func event(_ bytes: [UInt8]) throws -> Event {
    var event = Event()
    for (field, value) in try Fields.all(bytes) {
      switch (field, value) {
      case (1, .fixed(let bits)): event.time = Double(bitPattern: bits)
      case (2, .integer(let step)): event.step = Int(step)
      case (3, .bytes(let text)): event.version = String(decoding: text, as: UTF8.self)
      case (7, .bytes(let session)): event.isSessionStart = session == [8, 1]
      case (5, .bytes(let summary)):
        for (field, value) in try Fields.all(summary) {
          guard field == 1, case .bytes(let scalar) = value else { throw Malformed() }
          let parts = try Fields.all(scalar)
          guard parts.map(\.0) == [1, 2], case .bytes(let tag) = parts[0].1,
            case .fixed(let bits) = parts[1].1
          else { throw Malformed() }
          event.scalars[String(decoding: tag, as: UTF8.self)] = Float(bitPattern: UInt32(bits))
        }
      default: throw Malformed()
      }
    }
    return event
  }

  private static func number(_ bytes: [UInt8]) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { checksum, byte in
      (0..<8).reduce(checksum ^ UInt32(byte)) { rest, _ in (rest >> 1) ^ (rest & 1 == 1 ? 0x82F6_3B78 : 0) }
    }
  }

  private static func mask(_ checksum: UInt32) -> UInt32 {
    (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
  }

  /// The wire format of protocol buffers.
  private struct Fields {
    enum Value {
      case integer(UInt64)
      case fixed(UInt64)
      case bytes([UInt8])
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isEmpty: Bool { rest.isEmpty }

    static func all(_ bytes: [UInt8]) throws -> [(Int, Value)] {
      var fields = Fields(bytes)
      var all: [(Int, Value)] = []
      while !fields.isEmpty {
        let key = try fields.varint()
        let value: Value =
          switch key & 7 {
          case 0: .integer(try fields.varint())
          case 1: .fixed(number(try fields.take(8)))
          case 2: .bytes(try fields.take(Int(try fields.varint())))
          case 5: .fixed(number(try fields.take(4)))
          default: throw Malformed()
          }
        all.append((Int(key >> 3), value))
      }
      return all
    }

    mutating func take(_ count: Int) throws -> [UInt8] {
      guard rest.count >= count else { throw Malformed() }
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }

    private mutating func varint() throws -> UInt64 {
      var value: UInt64 = 0
      for shift in stride(from: 0, to: 64, by: 7) {
        let byte = try take(1)[0]
        value |= UInt64(byte & 0x7F) << shift
        if byte < 0x80 { return value }
      }
      throw Malformed()
    }
  }
}
