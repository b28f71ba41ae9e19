import Foundation

/// The relevant properties of an HTTP/1.1 response's head.
struct ResponseHead {
  private(set) var answer: ResponseReader.Answer
  /// Bytes of the body, if the head states them.
  private(set) var length: Int?
  private(set) var isChunked = false

  /// The end of a head, behind its empty line; `nil` if that is not here yet.
  static func end(in bytes: UnsafeRawBufferPointer) -> Int? {
    var lines = Lines(rest: bytes)
    while let line = lines.next() {
      if line.isEmpty { return bytes.count - lines.rest.count }
    }
    return nil
  }

  /// - Parameter bytes: all up to the empty line, inclusive. `nil` if they are no head.
  init?(_ bytes: Slice<UnsafeRawBufferPointer>) {
    var lines = Lines(rest: UnsafeRawBufferPointer(rebasing: bytes))
    // HTTP/1.1 200 OK
    guard let first = lines.next(), first.count >= 12, first.starts(with: "HTTP/1.".utf8),
      let status = Self.number(first[9..<12]), status >= 100
    else { return nil }
    answer = ResponseReader.Answer(status: status, keepsOpen: first[7] != UInt8(ascii: "0"))
    while let line = lines.next(), !line.isEmpty {
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
      let value = Self.trim(line[(colon + 1)...])
      if Self.line(line, upTo: colon, isNamed: "content-length") {
        guard let number = Self.number(value) else { return nil }
        length = number
      } else if Self.line(line, upTo: colon, isNamed: "server-timing") {
        answer.serverTiming = String(decoding: value, as: UTF8.self)
      } else if Self.line(line, upTo: colon, isNamed: "transfer-encoding") {
        isChunked = Self.says("chunked", value)
      } else if Self.line(line, upTo: colon, isNamed: "connection") {
        answer.keepsOpen = Self.says("keep-alive", value) || answer.keepsOpen && !Self.says("close", value)
      }
    }
    if !isChunked, length == nil, status != 204, status != 304 { answer.keepsOpen = status < 200 }
  }

  /// Complete lines, without their ends.
  private struct Lines: IteratorProtocol {
    var rest: UnsafeRawBufferPointer

    mutating func next() -> UnsafeRawBufferPointer? {
      guard let start = rest.baseAddress, let end = memchr(start, 0x0A, rest.count) else { return nil }
      let length = start.distance(to: UnsafeRawPointer(end))
      let line = rest[..<length]
      rest = UnsafeRawBufferPointer(rebasing: rest[(length + 1)...])
      return UnsafeRawBufferPointer(rebasing: line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
    }
  }

  private static func line(_ line: UnsafeRawBufferPointer, upTo colon: Int, isNamed name: StaticString)
    -> Bool
  {
    guard colon == name.utf8CodeUnitCount, let start = line.baseAddress else { return false }
    return name.utf8Start.withMemoryRebound(to: CChar.self, capacity: colon) {
      strncasecmp(start.assumingMemoryBound(to: CChar.self), $0, colon) == 0
    }
  }

  /// Whether the word occurs in the value.
  private static func says(_ word: String, _ value: Slice<UnsafeRawBufferPointer>) -> Bool {
    String(decoding: value, as: UTF8.self).lowercased().contains(word)
  }

  private static func trim(_ value: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
    func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    let value = value.drop(while: isSpace)
    let end = value.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? value.startIndex
    return value[..<end]
  }

  /// A decimal number of at most 15 digits.
  private static func number(_ digits: Slice<UnsafeRawBufferPointer>) -> Int? {
    guard (1...15).contains(digits.count), digits.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else {
      return nil
    }
    return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }
}
