import Basics

/// A device's failure, with the device and, if known, the stage.
public struct DeviceError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of failure.
  public enum Reason: Sendable, Hashable {
    /// It is absent or fails to start.
    case unavailable
    /// It worked before and no longer does.
    case lost
    case outOfMemory
    /// Beyond the largest single allocation, in bytes.
    case tooLarge(limit: Int)
    /// A program doesn't compile; `log` is the compiler's output.
    case doesNotBuild(log: String)
    /// Any other failure.
    case refused
  }

  public let device: String
  /// The stage that was running there.
  public var stage: String?
  /// Completes "can't …", such as "allocate 12 bytes".
  public let action: String
  public let reason: Reason
  /// The driver's error, such as `CL_OUT_OF_RESOURCES`.
  public let detail: String
  /// Specific advice in place of the general advice: see `advised`.
  public internal(set) var alternative: String?

  public init(device: String, action: String, reason: Reason, detail: String) {
    self.device = device
    self.action = action
    self.reason = reason
    self.detail = detail
  }

  public var description: String {
    let place = stage.map { "stage '\($0)' on \(device)" } ?? device
    return "\(place) can't \(action): \(detail)\(remedy)"
  }

  private var remedy: String {
    switch reason {
    case .unavailable, .refused: ""
    case .lost:
      "; the device is lost: start again, or \(alternative ?? "place its stages on another one")"
    case .outOfMemory: "; it is out of memory: \(smaller)"
    case .tooLarge(let limit): "; it takes at most \(byteText(limit)) at once: \(smaller)"
    case .doesNotBuild(let log): "; the compiler says:\n\(log)"
    }
  }

  private var smaller: String { "use smaller batches or images, or \(alternative ?? "another device")" }

  /// The error of a device that is only described, whatever it is to do.
  package static func describedOnly(_ name: String) -> DeviceError {
    DeviceError(
      device: name, action: "run anything", reason: .unavailable,
      detail: "it is only described; use: drivetrain simulate")
  }

  /// The same error in a stage.
  func within(stage: String) -> DeviceError {
    var error = self
    error.stage = self.stage ?? stage
    return error
  }
}
