import Foundation

/// A folder such as the kernel's.
final class PowerCap {
  let folder = FileManager.default.temporaryDirectory.path + "/powercap-\(UUID().uuidString)"

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func put(_ zone: String, _ name: String, _ microjoules: Int, range: Int = 1_000_000) throws {
    try FileManager.default.createDirectory(atPath: "\(folder)/\(zone)", withIntermediateDirectories: true)
    for (file, text) in [
      ("name", name), ("energy_uj", "\(microjoules)"), ("max_energy_range_uj", "\(range)"),
    ] {
      try Data("\(text)\n".utf8).write(to: URL(filePath: "\(folder)/\(zone)/\(file)"))
    }
  }

  func remove(_ zone: String) throws { try FileManager.default.removeItem(atPath: "\(folder)/\(zone)") }

  /// Lets the counter of the first package go on.
  func draw(microjoules: Int) throws {
    let counter = URL(filePath: "\(folder)/intel-rapl:0/energy_uj")
    let text = try String(contentsOf: counter, encoding: .utf8).trimmingCharacters(
      in: .whitespacesAndNewlines)
    try Data("\((Int(text) ?? 0) + microjoules)\n".utf8).write(to: counter)
  }
}
