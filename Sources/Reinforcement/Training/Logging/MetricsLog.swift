import Foundation

/// The record of a run's progress in its folder: `metrics.csv`, and an event file for TensorBoard.
///
/// A record is on its way to the disk when `write` returns. If it can't be written, `write` throws: a run whose
/// disk is full should save what it can and stop, not go on for hours without a trace. Each file then ends with a
/// whole record.
///
/// Used by one thread at a time.
public final class MetricsLog {
  private let table: MetricsCSV
  private let events: TensorBoardWriter

  /// - Parameters:
  ///   - folder: exists.
  ///   - metrics: the columns of `metrics.csv`, in their order.
  ///   - step: where a run that goes on was saved: records of later steps, which it will write again, are dropped.
  ///     `nil`: a new run.
  /// - Throws: `FileError`.
  public init(folder: String, metrics: [Metric], resumingAt step: Int? = nil) throws {
    table = try MetricsCSV(path: folder + "/metrics.csv", metrics: metrics, resumingAt: step)
    events = try TensorBoardWriter(folder: folder, resumingAt: step)
  }

  /// - Throws: `FileError`.
  public func write(_ record: MetricsRecord) throws {
    try table.write(record)
    try events.write(record)
  }
}
