import Dataflow
import Foundation

/// A table of a run's progress as comma-separated values: a line for each record, the first column `step`, a header
/// with the metrics' names. What a record doesn't know is empty; numbers are exact.
///
/// Used by one thread at a time.
public final class MetricsCSV {
  private let metrics: [Metric]
  private let file: AppendedFile

  /// Begins a table, or goes on with one.
  ///
  /// - Parameter step: keeps what is there up to this step and drops what is later, or cut off in the middle of a
  ///   line. `nil` drops everything.
  /// - Throws: `FileError`, also if a table that is to go on has other columns.
  public init(path: String, metrics: [Metric], resumingAt step: Int? = nil) throws {
    self.metrics = metrics
    let header = Self.line(["step"] + metrics.map(\.rawValue))
    if let step, let present = try Self.contents(of: path), !present.isEmpty {
      guard present.starts(with: header) else {
        throw FileError("\(path) has other columns than this run: it can't go on; move it away")
      }
      file = try AppendedFile(
        path: path, .keeping(Self.length(of: present, upTo: step, header: header.count)))
    } else {
      file = try AppendedFile(path: path, .empty)
      try file.append(header)
    }
  }

  /// - Throws: `FileError`; the table then ends with the record before.
  public func write(_ record: MetricsRecord) throws {
    try file.append(Self.line(["\(record.step)"] + metrics.map { record[$0].map { "\($0)" } ?? "" }))
  }

  /// `nil` if there is no such file.
  private static func contents(of path: String) throws(FileError) -> Data? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    do {
      return try Data.read(path, atMost: maximumBytes)
    } catch {
      throw FileError("can't go on with \(path): \(error)")
    }
  }

  /// More than any run writes.
  private static let maximumBytes = 1 << 30

  private static func line(_ fields: [String]) -> [UInt8] {
    Array((fields.joined(separator: ",") + "\n").utf8)
  }

  /// Bytes of the header and the whole lines up to `step`.
  private static func length(of table: Data, upTo step: Int, header: Int) -> Int {
    var length = header
    let newline = UInt8(ascii: "\n")
    while let end = table[(table.startIndex + length)...].firstIndex(of: newline) {
      let field = table[(table.startIndex + length)..<end].prefix { $0 != UInt8(ascii: ",") }
      guard let number = Int(String(decoding: field, as: UTF8.self)), number <= step else { break }
      length = end - table.startIndex + 1
    }
    return length
  }
}
