import Basics
import Dataflow

/// The memory of a run with a full replay table, before it starts.
public struct MemoryForecast: Hashable, Sendable {
  public let capacity: Int
  public let observationSize: Int
  public let actionSize: Int
  /// The memory outside the table: networks, optimisers, minibatches.
  public let otherBytes: Int

  /// The forecast of an experiment.
  ///
  /// - Parameter isTraining: `false`: to act only, without a replay table.
  init(_ experiment: Experiment, _ spaces: Spaces, isTraining: Bool = true) {
    let (algorithm, settings) = (experiment.algorithm, experiment.algorithm.common)
    let networks = algorithm.networkSizes(for: spaces)
    self.init(
      capacity: isTraining ? settings.bufferSize : 0, observationSize: spaces.observation.size,
      actionSize: spaces.action.size,
      otherBytes: NetworkForecast(
        networks, batch: settings.batchSize, episodes: experiment.budget.evaluationEpisodes
      ).bytes)
  }

  public init(capacity: Int, observationSize: Int, actionSize: Int, otherBytes: Int = 0) {
    self.capacity = capacity
    self.observationSize = observationSize
    self.actionSize = actionSize
    self.otherBytes = otherBytes
  }

  /// `Int.max` on overflow.
  public var bytes: Int {
    let (sum, overflows) = table(capacity).addingReportingOverflow(otherBytes)
    return overflows ? .max : sum
  }

  /// Refuses a run that would not fit. A tenth of the available memory stays free.
  ///
  /// - Parameter available: `nil` if the system doesn't report it: nothing is refused then.
  /// - Throws: `MemoryShortage` with the numbers and the largest `buffer_size` that fits.
  public func check(against available: AvailableMemory? = .current()) throws {
    guard let available, bytes > Self.usable(available) else { return }
    let usable = Self.usable(available)
    let largest = largestCapacity(in: usable)
    throw MemoryShortage(
      needed: bytes, available: available.bytes, limit: available.limit,
      remedy: otherBytes > usable
        ? "no buffer_size is small enough: the networks alone take too much; give them fewer units by 'hidden'"
        : largest > 0
          ? "set buffer_size to \(largest) or less (it is \(capacity))" : "no buffer_size is small enough")
  }

  /// The largest table that fits, rounded down to two digits; 0 if none does.
  func largestCapacity(in bytes: Int) -> Int {
    let perRow = TransitionLayout(observationSize: observationSize, actionSize: actionSize).stride * 4
    return (max(0, bytes - otherBytes - table(0)) / perRow).downToTwoDigits
  }

  private static func usable(_ available: AvailableMemory) -> Int {
    available.bytes - available.bytes / 10
  }

  private func table(_ capacity: Int) -> Int {
    ReplayTable.bytesNeeded(
      capacity: capacity, observationSize: observationSize, actionSize: actionSize)
  }
}
