import Basics

/// Why a device can't do what it was told: names the device, and the stage where there is one.
public struct DeviceError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of failure it is.
  public enum Reason: Sendable, Hashable {
    /// It isn't there or doesn't begin to work.
    case unavailable
    /// It worked before and no longer does.
    case lost
    case outOfMemory
    /// More than one piece of its memory can hold.
    case tooLarge(limit: Int)
    /// A program for it; with the compiler's words.
    case doesNotBuild(log: String)
    /// Anything else.
    case refused
  }

  public let device: String
  /// The stage that was running there.
  public var stage: String?
  /// Completes "can't …", such as "allocate 12 bytes".
  public let action: String
  public let reason: Reason
  /// What the driver said, such as `CL_OUT_OF_RESOURCES`.
  public let detail: String
  /// What to do instead, where somebody knows better than in general: see `advised`.
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
