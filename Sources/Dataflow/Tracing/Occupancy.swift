import Basics

/// The parts of the workers' total time: each stage's computing and moving of data, and the unattributed
/// rest. The parts sum to the whole exactly.
///
/// An `Attribution` follows one item. This is for graphs that feed themselves, whose work belongs to no item.
public struct Occupancy: Sendable, Equatable {
  /// One stage's part of the workers' time, in nanoseconds.
  public struct StagePart: Sendable, Equatable {
    public let name: String
    /// Without `transfer`.
    public let compute: Nanoseconds
    public let transfer: Nanoseconds
  }

  public let total: Nanoseconds
  /// One part for each stage of the graph, in its order.
  public let stages: [StagePart]
  public let unattributed: Nanoseconds

  init(of names: [String], in rings: [TraceRing], during total: Nanoseconds) {
    stages = names.enumerated().map { index, name in
      func sum(_ kind: TraceEvent.Kind) -> Nanoseconds { rings.reduce(0) { $0 + $1.total(kind, of: index) } }
      let transfer = sum(.transfer)
      return StagePart(
        name: name, compute: max(sum(.compute), transfer) - transfer, transfer: transfer)
    }
    let attributed = stages.reduce(0) { $0 + $1.compute + $1.transfer }
    self.total = max(total, attributed)
    unattributed = self.total - attributed
  }

  /// A time's fraction of the whole, 0…1.
  public func share(of time: Nanoseconds) -> Double { total > 0 ? Double(time) / Double(total) : 0 }
}
