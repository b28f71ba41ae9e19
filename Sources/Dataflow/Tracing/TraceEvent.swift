import Basics

/// A worker's action for one item, in 40 bytes.
public struct TraceEvent: Sendable, Hashable {
  /// The kind of work.
  public enum Kind: UInt8, Sendable {
    /// A stage computed from `begin` to `end`; its last input was ready at `ready`.
    case compute
    /// Data moved between devices from `begin` to `end`, inside a compute event of the same stage.
    case transfer
  }

  public var item: UInt64
  public var ready: Nanoseconds
  public var begin: Nanoseconds
  public var end: Nanoseconds
  public var stage: UInt16
  public var kind: Kind

  public init(
    item: UInt64, stage: Int, kind: Kind = .compute, ready: Nanoseconds, begin: Nanoseconds, end: Nanoseconds
  ) {
    self.item = item
    self.stage = UInt16(truncatingIfNeeded: stage)
    self.kind = kind
    self.ready = ready
    self.begin = begin
    self.end = end
  }
}
