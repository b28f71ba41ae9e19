import Basics
import Foundation

extension CPUDevice {
  /// The CPU as the kernel grants it: the affinity mask and control-group limits count, not the machine's
  /// size.
  static func discover() -> CPUDevice {
    let info = KernelFile("/proc/cpuinfo")
    func words(_ keys: [String]) -> [Substring] { keys.lazy.compactMap { info?.words(of: $0) }.first ?? [] }
    let model = words(["model name", "Model", "Hardware"]).joined(separator: " ")
    return CPUDevice(
      model: model.isEmpty ? "unknown" : model,
      driver: "Linux " + (KernelFile("/proc/sys/kernel/osrelease")?.lines.first ?? "unknown"),
      cores: availableCores(),
      vectorBits: vectorBits(Set(words(["flags", "Features"]))),
      memoryBytes: availableMemory())
  }

  static func vectorBits(_ flags: Set<Substring>) -> Int {
    if flags.contains("avx512f") { return 512 }
    if flags.contains("avx2") { return 256 }
    if flags.contains("sse2") || flags.contains("asimd") { return 128 }
    return 64
  }

  private static func availableCores() -> Int {
    // A hexadecimal mask in groups of 32 bits, such as "f" or "ff,ffffffff".
    let mask = KernelFile("/proc/self/status")?.words(of: "Cpus_allowed")?.first ?? ""
    var cores = mask.split(separator: ",").reduce(0) { $0 + (UInt32($1, radix: 16)?.nonzeroBitCount ?? 0) }
    if cores == 0 { cores = ProcessInfo.processInfo.activeProcessorCount }
    // "max 100000" or "150000 100000": microseconds of CPU time for each period.
    let quota =
      KernelFile("/sys/fs/cgroup/cpu.max")?.lines.first?.split(separator: " ").compactMap { Double($0) } ?? []
    if quota.count == 2, quota[1] > 0 { cores = min(cores, Int((quota[0] / quota[1]).rounded(.up))) }
    return max(cores, 1)
  }

  private static func availableMemory() -> Int {
    let physical = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    return min(physical, KernelFile("/sys/fs/cgroup/memory.max")?.number ?? physical)
  }
}
