import Basics
import Dataflow

/// The hardware and software that measured times depend on. Any difference makes another machine.
public struct Machine: Sendable, Hashable, Codable {
  /// Each device with its model, size and driver; each library with its version.
  public let parts: [String: String]

  /// - Parameter libraries: versions by name.
  public init(_ platform: Platform, libraries: [String: String]) {
    var parts = libraries
    for device in platform.devices {
      parts[device.name] = "\(device.model), \(device.cores.counted("core")), \(device.driver)"
    }
    parts["drivetrain"] = Version.current
    self.parts = parts
  }

  /// The differences in words; empty if there are none.
  ///
  /// - Parameter others: parts that may be missing.
  public func differences(from former: Machine, lacking others: Set<String> = []) -> [String] {
    Set(parts.keys).union(former.parts.keys).sorted().compactMap { name in
      switch (former.parts[name], parts[name]) {
      case (let before?, let now?): before == now ? nil : "\(name) was \(before) and is \(now)"
      case (nil, let now?): "\(name) (\(now)) is new"
      case (let before?, nil): others.contains(name) ? nil : "\(name) (\(before)) is gone"
      case (nil, nil): nil
      }
    }
  }
}
