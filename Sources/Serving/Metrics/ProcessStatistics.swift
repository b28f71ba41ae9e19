import Basics
import Foundation

/// The kernel's statistics of this process.
struct ProcessStatistics: Sendable {
  var residentBytes: UInt64 = 0
  var virtualBytes: UInt64 = 0
  var cpuSeconds = 0.0
  var openFiles: UInt64 = 0
  var maximumOpenFiles: UInt64 = 0
  /// Seconds since 1970.
  var startSeconds = 0.0

  /// Reads them; `nil` without `/proc`.
  init?() {
    guard let status = KernelFile("/proc/self/stat")?.lines.first, let boot = Self.bootSeconds else {
      return nil
    }
    // The second field is the program's name in brackets, which may itself have spaces and brackets.
    let fields = status[(status.lastIndex(of: ")") ?? status.startIndex)...].split(separator: " ").dropFirst()
    // Numbered from 1 in proc(5); the first of these is the third.
    func field(_ number: Int) -> Double {
      let index = fields.startIndex + number - 3
      return fields.indices.contains(index) ? Double(fields[index]) ?? 0 : 0
    }
    let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
    cpuSeconds = (field(14) + field(15)) / ticks
    startSeconds = boot + field(22) / ticks
    virtualBytes = UInt64(field(23))
    residentBytes = UInt64(field(24)) * UInt64(sysconf(Int32(_SC_PAGESIZE)))
    maximumOpenFiles = UInt64(OpenFiles.limit)
    openFiles = UInt64(OpenFiles.count)
  }

  /// The machine's boot time in seconds since 1970, the kernel's origin of times.
  private static let bootSeconds = KernelFile("/proc/stat")?.number(of: "btime").map { Double($0) }
}

extension MetricsText {
  /// The metrics of every Prometheus client, under their usual names.
  mutating func write(_ process: ProcessStatistics) {
    family("process_resident_memory_bytes", .gauge, "Resident memory.")
    sample(process.residentBytes)
    family("process_virtual_memory_bytes", .gauge, "Virtual memory.")
    sample(process.virtualBytes)
    family("process_cpu_seconds_total", .counter, "CPU time, user and system.")
    sample(process.cpuSeconds)
    family("process_open_fds", .gauge, "Open file descriptors.")
    sample(process.openFiles)
    family("process_max_fds", .gauge, "File descriptors that may be open.")
    sample(process.maximumOpenFiles)
    family("process_start_time_seconds", .gauge, "Start time of the process, since 1970.")
    sample(process.startSeconds)
  }
}
