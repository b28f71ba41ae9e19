import Foundation

/// The record of a run's progress in its folder: `metrics.csv`, and an event file for TensorBoard.
///
/// `write` returns after the record has been passed to the system. It throws on failure, because a run with a
/// full disk should save its state and stop. Each file then ends with a whole record.
///
/// Used by one thread at a time.
public final class MetricsLog {
  private let table: MetricsCSV
  private let events: TensorBoardWriter

  /// - Parameters:
  ///   - folder: an existing folder.
  ///   - metrics: the columns of `metrics.csv`, in order.
  ///   - step: a resumed run's last saved step; later records are dropped, as the run writes them again.
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
