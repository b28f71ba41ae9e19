/// A run needs more memory than there is.
public struct MemoryShortage: Error, Hashable, CustomStringConvertible {
  /// The source of the limit.
  public enum Limit: String, Sendable {
    /// The machine's available memory.
    case machine
    /// The control group (container) that this process runs in.
    case controlGroup
    /// The addresses that the process may use (`ulimit -v`).
    case addressSpace
    /// The system refused an allocation.
    case system
  }

  /// Bytes; `Int.max` if more than can be counted.
  public let needed: Int
  /// Bytes; `nil` if unknown.
  public let available: Int?
  public let limit: Limit
  /// Advice for the user.
  public let remedy: String?

  public init(needed: Int, available: Int?, limit: Limit, remedy: String?) {
    self.needed = needed
    self.available = available
    self.limit = limit
    self.remedy = remedy
  }

  public var description: String {
    let reason =
      switch limit {
      case .machine: "the machine has \(Self.text(available)) available, of which a tenth stays free"
      case .controlGroup:
        "the control group of this process has \(Self.text(available)) left, of which a tenth stays free"
      case .addressSpace:
        "the process may use \(Self.text(available)) of addresses more (ulimit -v), of which a tenth stays free"
      case .system: "the system doesn't give so much"
      }
    return "\(Self.text(needed)) of memory are needed, but \(reason)" + (remedy.map { "; \($0)" } ?? "")
  }

  private static func text(_ bytes: Int?) -> String {
    guard let bytes else { return "an unknown amount" }
    return bytes < .max ? byteText(bytes) : "more than 8 EiB"
  }
}
