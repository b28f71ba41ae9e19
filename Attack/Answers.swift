import Foundation

/// What came back over a connection of HTTP/1.1, read strictly.
struct Answers {
  private(set) var statuses: [Int] = []
  /// Whether all of it is answers, each complete.
  private(set) var isWhole = true

  init(_ data: Data) {
    var rest = data[...]
    while !rest.isEmpty {
      guard let end = rest.range(of: Data("\r\n\r\n".utf8)) else {
        isWhole = false
        return
      }
      let lines = String(decoding: rest[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
      rest = rest[end.upperBound...]
      let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) }
      guard lines[0].hasPrefix("HTTP/1."), let status else {
        isWhole = false
        return
      }
      statuses.append(status)
      let length = lines.dropFirst().lazy.map { $0.split(separator: ":", maxSplits: 1) }
        .first { $0.first?.lowercased() == "content-length" }?
        .last.flatMap { Int($0.trimmingCharacters(in: .whitespaces)) }
      guard status >= 200, status != 204, status != 304 else { continue }
      guard let length, length <= rest.count else {
        isWhole = false
        return
      }
      rest = rest.dropFirst(length)
    }
  }

  /// Whether the server takes the blame, other than for having too much to do, or for what it doesn't speak.
  var hasFailure: Bool { statuses.contains { $0 >= 500 && ![501, 503, 504, 505].contains($0) } }
}
