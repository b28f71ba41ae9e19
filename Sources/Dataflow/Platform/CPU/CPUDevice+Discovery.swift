import Basics
import Foundation

extension CPUDevice {
  /// Reads what the kernel says: affinity mask and control-group limits count, not the machine's size.
  static func discover() -> CPUDevice {
    let info = lines(of: "/proc/cpuinfo")
    let flags = Set(value(of: ["flags", "Features"], in: info)?.split(separator: " ").map(String.init) ?? [])
    return CPUDevice(
      model: value(of: ["model name", "Model", "Hardware"], in: info) ?? "unknown",
      driver: "Linux " + (lines(of: "/proc/sys/kernel/osrelease").first ?? "unknown"),
      cores: availableCores(),
      vectorBits: vectorBits(flags),
      memoryBytes: availableMemory())
  }

  static func vectorBits(_ flags: Set<String>) -> Int {
    if flags.contains("avx512f") { return 512 }
    if flags.contains("avx2") { return 256 }
    if flags.contains("sse2") || flags.contains("asimd") { return 128 }
    return 64
  }

  private static func availableCores() -> Int {
    // A hexadecimal mask in groups of 32 bits, such as "f" or "ff,ffffffff".
    let mask = value(of: ["Cpus_allowed"], in: lines(of: "/proc/self/status")) ?? ""
    var cores = mask.split(separator: ",").reduce(0) { $0 + (UInt32($1, radix: 16)?.nonzeroBitCount ?? 0) }
    if cores == 0 { cores = ProcessInfo.processInfo.activeProcessorCount }
    // "max 100000" or "150000 100000": microseconds of CPU time for each period.
    let quota =
      lines(of: "/sys/fs/cgroup/cpu.max").first?.split(separator: " ").compactMap { Double($0) } ?? []
    if quota.count == 2, quota[1] > 0 { cores = min(cores, Int((quota[0] / quota[1]).rounded(.up))) }
    return max(cores, 1)
  }

  private static func availableMemory() -> Int {
    let physical = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    let limit = lines(of: "/sys/fs/cgroup/memory.max").first.flatMap { Int($0) }
    return min(physical, limit ?? physical)
  }

  private static func lines(of path: String) -> [String] {
    guard let text = try? String.read(path, atMost: 16 << 20) else { return [] }
    return text.split(separator: "\n").map(String.init)
  }

  private static func value(of keys: [String], in lines: [String]) -> String? {
    for line in lines {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let key = line[..<colon].trimmingCharacters(in: .whitespaces)
      if keys.contains(key) { return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces) }
    }
    return nil
  }
}
