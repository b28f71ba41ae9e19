import Basics
import Dataflow
import Planning

/// The other files in which an ONNX model keeps weights: `TensorProto.external_data` of onnx.proto, wherever
/// a tensor can be.
///
/// Reads a file's structure and skips the fields' contents, in time linear in the structure. A file that is
/// no protocol buffer has no such files; the engine reports its error.
struct ExternalWeights {
  /// The files' paths as the model writes them, with the bytes that it takes of each at least.
  private(set) var bytes: [String: Int] = [:]

  private let file: RegularFile
  /// Of the tensor that is being read.
  private var entries: [String: String] = [:]
  private var window: [UInt8] = []
  private var windowStart = 0

  /// Deeper than any network's nesting of branches and loops.
  private static let maximumDepth = 64
  private static let maximumLocations = 10_000
  private static let maximumPath = 4096

  /// - Throws: `FileError` if the file can't be read.
  init(of file: RegularFile) throws(FileError) {
    self.file = file
    try read(.model, in: 0..<file.size, depth: 0)
  }

  /// The messages on the path to a tensor.
  private enum Message {
    case model, graph, function, node, attribute, sparse, tensor, entry

    /// The message in a field; `nil` for a field without tensors.
    func child(_ field: UInt64) -> Message? {
      switch (self, field) {
      case (.model, 7), (.attribute, 6), (.attribute, 11): .graph
      case (.model, 25): .function
      case (.graph, 1), (.function, 7): .node
      case (.node, 5), (.function, 11): .attribute
      case (.graph, 5), (.attribute, 5), (.attribute, 10), (.sparse, 1), (.sparse, 2): .tensor
      case (.graph, 15), (.attribute, 22), (.attribute, 23): .sparse
      case (.tensor, 13): .entry
      default: nil
      }
    }
  }

  private mutating func read(_ message: Message, in range: Range<Int>, depth: Int) throws(FileError) {
    guard depth < Self.maximumDepth, bytes.count < Self.maximumLocations else { return }
    if message == .entry { return try readEntry(in: range) }
    if message == .tensor { entries = [:] }
    var position = range.lowerBound
    while let (field, payload) = try nextField(&position, upTo: range.upperBound) {
      if let child = message.child(field) { try read(child, in: payload, depth: depth + 1) }
    }
    guard message == .tensor, let location = entries["location"] else { return }
    let (end, isTooLarge) = number("offset").addingReportingOverflow(number("length"))
    bytes[location] = max(bytes[location] ?? 0, isTooLarge ? .max : end)
  }

  private func number(_ key: String) -> Int { entries[key].flatMap { Int($0) }.map { max($0, 0) } ?? 0 }

  /// A key and its value: `location` and a path, `offset` and `length`.
  private mutating func readEntry(in range: Range<Int>) throws(FileError) {
    var (key, value) = ("", "")
    var position = range.lowerBound
    while let (field, payload) = try nextField(&position, upTo: range.upperBound) {
      if field == 1 { key = try text(payload) }
      if field == 2 { value = try text(payload) }
    }
    if ["location", "offset", "length"].contains(key) { entries[key] = value }
  }

  /// Moves behind the next field that holds bytes.
  private mutating func nextField(
    _ position: inout Int, upTo end: Int
  ) throws(FileError) -> (field: UInt64, payload: Range<Int>)? {
    while let key = try varint(&position, upTo: end) {
      switch key & 7 {
      case 0: guard try varint(&position, upTo: end) != nil else { return nil }
      case 1: position += 8
      case 5: position += 4
      case 2:
        guard let length = try varint(&position, upTo: end), length <= UInt64(end - position) else {
          return nil
        }
        let start = position
        position += Int(length)
        return (key >> 3, start..<position)
      default: return nil
      }
    }
    return nil
  }

  private mutating func varint(_ position: inout Int, upTo end: Int) throws(FileError) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard position < end, let byte = try byte(at: position) else { return nil }
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }

  private mutating func text(_ range: Range<Int>) throws(FileError) -> String {
    var bytes = [UInt8](repeating: 0, count: min(range.count, Self.maximumPath))
    let count = try read(at: range.lowerBound, into: &bytes)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  /// `nil` behind the end of a file that has shrunk.
  private mutating func byte(at position: Int) throws(FileError) -> UInt8? {
    if position < windowStart || position >= windowStart + window.count {
      var bytes = [UInt8](repeating: 0, count: 1 << 14)
      window = Array(bytes[..<(try read(at: position, into: &bytes))])
      windowStart = position
    }
    return window.first.map { _ in window[position - windowStart] }
  }

  private func read(at position: Int, into bytes: inout [UInt8]) throws(FileError) -> Int {
    let file = file
    let result = bytes.withUnsafeMutableBytes { room in
      Result { () throws(FileError) in try file.read(at: position, into: room) }
    }
    return try result.get()
  }
}
