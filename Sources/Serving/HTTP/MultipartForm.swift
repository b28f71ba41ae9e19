import Foundation
import HTTPTypes

/// The one file of a form (`multipart/form-data`, RFC 7578), as `curl -F` and browsers send it.
struct MultipartForm {
  /// The bytes before each part, and behind the last.
  private let delimiter: [UInt8]

  private static let longestBoundary = 70
  private static let longestHead = 8 << 10

  /// - Parameter contentType: of the request.
  /// - Returns: `nil` for another type.
  /// - Throws: `.invalid` if it names no boundary.
  init?(contentType: String) throws(RequestFailure) {
    // Nearly all requests are something else.
    guard let first = contentType.utf8.first, first | 0x20 == UInt8(ascii: "m") else { return nil }
    let parts = contentType.split(separator: ";", maxSplits: 1)
    guard parts.first?.trimmingCharacters(in: .whitespaces).lowercased() == "multipart/form-data" else {
      return nil
    }
    guard let boundary = Self.parameter("boundary", in: parts.dropFirst().first ?? ""),
      (1...Self.longestBoundary).contains(boundary.utf8.count),
      boundary.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), !boundary.hasSuffix(" ")
    else {
      throw RequestFailure(.invalid, "Content-Type is '\(contentType)'; a form needs a boundary")
    }
    delimiter = Array("\r\n--\(boundary)".utf8)
  }

  /// The range of the file's bytes.
  ///
  /// - Throws: `.invalid` if the body is no such form, `.unprocessable` if it doesn't have exactly one part.
  func file(in body: UnsafeRawBufferPointer) throws(RequestFailure) -> Range<Int> {
    // The first delimiter begins the body, without a line's end before it.
    let first = delimiter.dropFirst(2)
    guard body.starts(with: first) else { throw malformed("it does not begin with its boundary") }
    let head = try self.head(in: body, from: first.count)
    guard let end = find(delimiter, in: body, from: head.upperBound) else { throw malformed("it breaks off") }
    let rest = body[min(end + delimiter.count, body.count)...]
    guard rest.starts(with: "--".utf8) else {
      guard rest.starts(with: "\r\n".utf8) else {
        throw malformed("a boundary is followed by something else")
      }
      throw RequestFailure(
        .unprocessable,
        "the form has several parts; send one file alone, and several images as JSON or as binary tensors")
    }
    let epilogue = rest.dropFirst(2)
    guard epilogue.isEmpty || epilogue.elementsEqual("\r\n".utf8) else {
      throw malformed("something follows behind its end")
    }
    return head.upperBound..<end
  }

  /// The headers of a part, from behind its delimiter to the empty line's end.
  private func head(in body: UnsafeRawBufferPointer, from start: Int) throws(RequestFailure) -> Range<Int> {
    guard body[start...].starts(with: "\r\n".utf8) else {
      guard !body[start...].starts(with: "--".utf8) else {
        throw RequestFailure(.unprocessable, "the form has no file; send one")
      }
      throw malformed("a boundary is followed by something else")
    }
    let window = UnsafeRawBufferPointer(rebasing: body[..<min(body.count, start + Self.longestHead)])
    guard let end = find(Array("\r\n\r\n".utf8), in: window, from: start) else {
      throw malformed("a part's headers have no end, or more than \(Self.longestHead) bytes")
    }
    let text = String(decoding: body[min(start + 2, end)..<end], as: UTF8.self)
    var isNamed = false
    for line in text.split(separator: "\r\n") {
      let pair = line.split(separator: ":", maxSplits: 1)
      let value = pair.count == 2 ? pair[1].trimmingCharacters(in: .whitespaces).lowercased() : ""
      switch pair[0].lowercased() {
      case "content-disposition": isNamed = value.hasPrefix("form-data")
      case "content-transfer-encoding" where !["binary", "8bit", "7bit"].contains(value):
        throw RequestFailure(
          .unsupportedType,
          "Content-Transfer-Encoding '\(value)' is not supported; send the file as it is")
      default: break
      }
    }
    guard isNamed else { throw malformed("a part has no Content-Disposition: form-data") }
    return start..<(end + 4)
  }

  /// Finds a text that begins with a line's end. A boundary has none inside, so the time is linear.
  private func find(_ text: [UInt8], in body: UnsafeRawBufferPointer, from start: Int) -> Int? {
    guard let base = body.baseAddress else { return nil }
    var position = start
    while position < body.count,
      let found = memchr(base + position, Int32(UInt8(ascii: "\r")), body.count - position)
    {
      let offset = UnsafeRawPointer(found) - base
      if body[offset...].starts(with: text) { return offset }
      position = offset + 1
    }
    return nil
  }

  private func malformed(_ reason: String) -> RequestFailure {
    RequestFailure(.invalid, "the body is no valid form: \(reason)")
  }

  /// A parameter's value, quoted or not.
  private static func parameter(_ name: String, in text: Substring) -> String? {
    for parameter in text.split(separator: ";") {
      let pair = parameter.split(separator: "=", maxSplits: 1)
      guard pair.count == 2, pair[0].trimmingCharacters(in: .whitespaces).lowercased() == name else {
        continue
      }
      let value = pair[1].trimmingCharacters(in: .whitespaces)
      guard value.hasPrefix("\"") else { return value }
      guard value.count >= 2, value.hasSuffix("\"") else { return nil }
      return String(value.dropFirst().dropLast())
    }
    return nil
  }
}
