import Dataflow
import Foundation

/// A table of a run's progress as comma-separated values: a line for each record, the first column `step`, a
/// header with the metrics' names. Unknown values are empty; numbers are exact.
///
/// Used by one thread at a time.
public final class MetricsCSV {
  private let metrics: [Metric]
  private let file: AppendedFile

  /// Begins a table, or continues one.
  ///
  /// - Parameter step: keeps lines up to this step, and drops later and incomplete ones. `nil` drops
  ///   everything.
  /// - Throws: `FileError`, also if a continued table has other columns. Missing columns of an earlier
  ///   version are filled up.
  public init(path: String, metrics: [Metric], resumingAt step: Int? = nil) throws {
    self.metrics = metrics
    let columns = ["step"] + metrics.map(\.rawValue)
    let header = Self.line(columns)
    if let step, let present = try TableText(contentsOf: path) {
      let fields = present.header.split(separator: ",").map(String.init)
      guard fields == Array(columns.prefix(fields.count)) else { throw present.otherColumns }
      let missing = String(repeating: ",", count: columns.count - fields.count)
      file = try present.keeping(header, present.rows(upTo: step).map { $0 + missing })
    } else {
      file = try AppendedFile(path: path, .empty)
      try file.append(header)
    }
  }

  /// - Throws: `FileError`; the table then ends with the previous record.
  public func write(_ record: MetricsRecord) throws {
    try file.append(Self.line(["\(record.step)"] + metrics.map { record[$0].map { "\($0)" } ?? "" }))
  }

  private static func line(_ fields: [String]) -> [UInt8] {
    Array((fields.joined(separator: ",") + "\n").utf8)
  }
}
