import Basics
import Foundation

/// The energy counters of Intel and AMD processors, in the kernel's `powercap` folder.
///
/// Since 2020 only root may read them, and virtual machines mostly have none; then there is no meter.
public struct RAPL: Sendable {
  /// A processor package or its memory. A package includes its cores and graphics.
  private struct Zone {
    let counter: String
    /// The counter's wraparound, in microjoules.
    let range: UInt64
  }

  private let zones: [Zone]

  /// The reason why a machine has no meter.
  public enum Absence: Error, Sendable, Equatable, CustomStringConvertible {
    case notThere(String)
    case notReadable(String)

    public var description: String {
      switch self {
      case .notThere(let folder): "there is no energy counter in \(folder)"
      case .notReadable(let path): "\(path) can't be read; only root may, unless its mode is changed"
      }
    }
  }

  /// - Parameter folder: the kernel's folder of counters.
  public init(folder: String = "/sys/class/powercap") throws(Absence) {
    var zones: [Zone] = []
    for name in ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() {
      let path = "\(folder)/\(name)"
      guard name.hasPrefix("intel-rapl:"), let domain = Self.text("\(path)/name"),
        domain.hasPrefix("package") || domain == "dram"
      else { continue }
      guard Self.number("\(path)/energy_uj") != nil else { throw .notReadable("\(path)/energy_uj") }
      zones.append(
        Zone(counter: "\(path)/energy_uj", range: Self.number("\(path)/max_energy_range_uj") ?? .max))
    }
    guard !zones.isEmpty else { throw .notThere(folder) }
    self.zones = zones
  }

  /// The state of the counters.
  public struct Reading: Sendable {
    fileprivate let microjoules: [UInt64]
  }

  /// `nil` if a counter can't be read any more.
  public func read() -> Reading? {
    let values = zones.compactMap { Self.number($0.counter) }
    return values.count == zones.count ? Reading(microjoules: values) : nil
  }

  /// Joules between two readings. At most one wraparound may lie between them: minutes at full load.
  public func joules(from before: Reading, to after: Reading) -> Double {
    var sum = 0.0
    for (index, zone) in zones.enumerated() {
      let (from, to) = (before.microjoules[index], after.microjoules[index])
      sum += Double(to >= from ? to - from : zone.range - from + to)
    }
    return sum / 1e6
  }

  private static func text(_ path: String) -> String? {
    (try? String.read(path))?.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static func number(_ path: String) -> UInt64? { text(path).flatMap { UInt64($0) } }
}

extension RAPL? {
  /// Runs `body` and measures the power meanwhile; `nil` without a meter.
  func watts<Result>(of body: () throws -> Result) rethrows -> (result: Result, watts: Double?) {
    let (before, begin) = (self?.read(), MonotonicTime().now)
    let result = try body()
    guard let meter = self, let before, let after = meter.read() else { return (result, nil) }
    return (result, meter.joules(from: before, to: after) / (Double(MonotonicTime().now - begin) / 1e9))
  }
}
