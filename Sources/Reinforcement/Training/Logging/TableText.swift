import Basics
import Dataflow
import Foundation

/// A table of comma-separated values, which a run continues; the first column is the step.
struct TableText {
  let path: String
  /// Without its line end.
  let header: String
  private let lines: [Substring]

  /// More than any run writes.
  private static let maximumBytes = 1 << 30

  private let bytes: Data

  /// `nil` if there is no table, or only a part of its header.
  ///
  /// - Throws: `FileError`.
  init?(contentsOf path: String) throws(FileError) {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    self.path = path
    do {
      bytes = try Data.read(path, atMost: Self.maximumBytes)
      let text = String(decoding: bytes, as: UTF8.self)
      // An incomplete last line is dropped.
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      guard let first = lines.first else { return nil }
      header = String(first)
      self.lines = Array(lines.dropFirst())
    } catch {
      throw FileError("can't go on with \(path): \(error)")
    }
  }

  /// The leading lines with steps up to this one.
  func rows(upTo step: Int) -> [Substring] {
    Array(lines.prefix { Int($0.prefix { $0 != "," }).map { $0 <= step } ?? false })
  }

  /// Replaces the file by a header and some lines, for appending. On any failure it has its old content.
  ///
  /// - Throws: `FileError`.
  func keeping(_ header: [UInt8], _ rows: [String]) throws -> AppendedFile {
    let kept = Data(header) + Data(rows.map { $0 + "\n" }.joined().utf8)
    if !bytes.starts(with: kept) { try kept.writeWhole(to: path) }
    return try AppendedFile(path: path, .keeping(kept.count))
  }

  var otherColumns: FileError {
    FileError("\(path) has other columns than this run: it can't go on; move it away")
  }

  /// The bytes of the header and of the lines up to a step. The table may be too large to read at once.
  ///
  /// - Throws: `FileError`, also for another header.
  static func length(of path: String, header: String, upTo step: Int) throws(FileError) -> Int {
    let file: RegularFile
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var (offset, kept) = (0, 0)
    var rest: [UInt8] = []
    do {
      file = try RegularFile(path)
      while true {
        let count = try buffer.withUnsafeMutableBytes { bytes throws(FileError) in
          try file.read(at: offset, into: bytes)
        }
        guard count > 0 else { return kept }
        offset += count
        rest += buffer[..<count]
        var start = 0
        while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
          let line = rest[start...end]
          if kept == 0 {
            guard Array(line) == Array(header.utf8) else {
              throw FileError("it has other columns than this run; move it away")
            }
          } else {
            let number = Int(String(decoding: line.prefix { $0 != UInt8(ascii: ",") }, as: UTF8.self))
            guard let number, number <= step else { return kept }
          }
          kept += line.count
          start = end + 1
        }
        rest.removeFirst(start)
      }
    } catch {
      throw FileError("can't go on with \(path): \(error)")
    }
  }
}
