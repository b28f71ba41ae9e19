import Testing

@testable import Basics

@Suite struct ProtobufReaderTests {
  /// All fields of a message, to its end.
  private func fields(_ bytes: [UInt8], atMost limit: Int = .max) throws -> [Int] {
    try bytes.withUnsafeBytes { bytes in
      var (reader, numbers) = (ProtobufReader(bytes, maximumFields: limit), [Int]())
      while let field = try reader.next() { numbers.append(field.number) }
      return numbers
    }
  }

  private func first<Value>(
    _ bytes: [UInt8], _ body: (ProtobufReader.Field) throws -> Value
  ) throws -> Value {
    try bytes.withUnsafeBytes { bytes in
      var reader = ProtobufReader(bytes)
      return try body(#require(try reader.next()))
    }
  }

  private var message: (bytes: [UInt8], borders: Set<Int>) {
    var (writer, borders) = (ProtobufWriter(), Set([0]))
    let fields: [(inout ProtobufWriter) -> Void] = [
      { $0.add(1, 300) }, { $0.add(2, "text") }, { $0.add(3, float: 1.5) }, { $0.add(4, double: -2) },
      { $0.add(5) { $0.add(1, -1) } }, { $0.add(536_870_911, Int.min) },
    ]
    for field in fields {
      field(&writer)
      borders.insert(writer.bytes.count)
    }
    return (writer.bytes, borders)
  }

  @Test func everyPrefixThatEndsWithinAField() throws {
    let (bytes, borders) = message
    #expect(try fields(bytes) == [1, 2, 3, 4, 5, 536_870_911])
    for length in bytes.indices {
      let prefix = Array(bytes[..<length])
      if borders.contains(length) {
        #expect(throws: Never.self) { try fields(prefix) }
      } else {
        #expect(throws: ProtobufError.breaksOff, "\(length)") { try fields(prefix) }
      }
    }
  }

  @Test(
    arguments: [
      ([0x00, 0x01], .wrongKey),  // Field 0.
      ([0x0B, 0x0C], .wrongKey), ([0x0C], .wrongKey), ([0x0E], .wrongKey),  // Groups, and no type.
      ([0x80, 0x80, 0x80, 0x80, 0x10, 0x00], .wrongKey),  // Above the highest field.
      ([0x08] + Array(repeating: 0xFF, count: 9) + [0x02], .longNumber),
      ([0x08] + Array(repeating: 0x80, count: 10) + [0x00], .longNumber),
      (Array(repeating: 0x80, count: 11), .longNumber),
      ([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], .breaksOff),
    ] as [([UInt8], ProtobufError)])
  func whatIsNone(bytes: [UInt8], error: ProtobufError) {
    #expect(throws: error) { try fields(bytes) }
  }

  @Test func typesThatAreNotExpected() throws {
    let (number, text) = ([UInt8]([0x08, 0x01]), [UInt8]([0x0A, 0x01, 0xFF]))
    #expect(throws: ProtobufError.wrongType(field: 1)) { try first(number) { try $0.text() } }
    #expect(throws: ProtobufError.wrongType(field: 1)) { try first(number) { try $0.message() } }
    #expect(throws: ProtobufError.wrongType(field: 1)) { try first(number) { try $0.double() } }
    #expect(throws: ProtobufError.wrongType(field: 1)) {
      try first(number) { try $0.forEachFixed32 { _ in } }
    }
    #expect(throws: ProtobufError.wrongType(field: 1)) { try first(text) { try $0.integer() } }
    #expect(throws: ProtobufError.notText(field: 1)) { try first(text) { try $0.text() } }
  }

  /// Packed or not, and the last of them whole.
  @Test func repeatedNumbers() throws {
    func integers(_ bytes: [UInt8]) throws -> [UInt64] {
      var numbers: [UInt64] = []
      try first(bytes) { try $0.forEachInteger { numbers.append($0) } }
      return numbers
    }
    #expect(try integers([0x08, 0xAC, 0x02]) == [300])
    #expect(try integers([0x0A, 0x03, 0x01, 0xAC, 0x02]) == [1, 300])
    #expect(try integers([0x0A, 0x00]) == [])
    #expect(throws: ProtobufError.breaksOff) { try integers([0x0A, 0x02, 0x01, 0xAC]) }
    let three: [UInt8] = [0x0A, 0x03, 0, 0, 0]
    #expect(throws: ProtobufError.breaksOff) { try first(three) { try $0.forEachFixed32 { _ in } } }
    #expect(throws: ProtobufError.breaksOff) { try first(three) { try $0.forEachFixed64 { _ in } } }
  }

  @Test func moreFieldsThanAreAllowed() throws {
    let bytes = Array(repeating: [0x78, 0x00] as [UInt8], count: 5).flatMap { $0 }
    #expect(try fields(bytes, atMost: 5).count == 5)
    #expect(throws: ProtobufError.tooManyFields) { try fields(bytes, atMost: 4) }
  }
}
