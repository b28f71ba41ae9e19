import Basics
import Dataflow
import Foundation
import Reinforcement
import TestSupport
import Testing

struct MemoryForecastTests {
  /// A machine of which /proc and /sys say this.
  private func available(_ files: [String: String]) throws -> AvailableMemory? {
    let folder = try TemporaryFolder()
    for (path, text) in files {
      let parent = (folder.path + path as NSString).deletingLastPathComponent
      try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
      try folder.write(Data(text.utf8), to: String(path.dropFirst()))
    }
    return AvailableMemory.current(root: folder.path)
  }

  private let machine = ["/proc/meminfo": "MemTotal:  2000 kB\nMemFree:  1 kB\nMemAvailable:   1000 kB\n"]

  @Test func theMachinesMemoryIsReadFromProc() throws {
    #expect(try available(machine) == AvailableMemory(bytes: 1_024_000, limit: .machine))
    #expect(try available([:]) == nil)
    #expect(try #require(AvailableMemory.current()).bytes > 1 << 20)
  }

  /// As `ulimit -v` sets it, in the words of the system's own files.
  @Test func theLimitOfAddressesCounts() throws {
    let limits = """
      Limit                     Soft Limit           Hard Limit           Units     
      Max cpu time              unlimited            unlimited            seconds   
      Max address space         900000               unlimited            bytes     
      """
    let files = [
      "/proc/self/limits": limits,
      "/proc/self/status": "Name:\tx\nVmPeak:\t     700 kB\nVmSize:\t     500 kB\n",
    ]
    let expected = AvailableMemory(bytes: 900_000 - 500 * 1024, limit: .addressSpace)
    #expect(try available(files.merging(machine) { $1 }) == expected)
    let none = files.merging(["/proc/self/limits": limits.replacing("900000   ", with: "unlimited")]) { $1 }
    #expect(try available(none.merging(machine) { $1 })?.limit == .machine)
  }

  @Test func version2LimitsOfGroupsAboveCount() throws {
    let files = [
      "/proc/self/cgroup": "0::/user/run\n",
      "/sys/fs/cgroup/user/run/memory.max": "max\n", "/sys/fs/cgroup/user/run/memory.current": "5\n",
      "/sys/fs/cgroup/user/memory.max": "500000\n", "/sys/fs/cgroup/user/memory.current": "300000\n",
      "/sys/fs/cgroup/user/memory.stat": "anon 1\ninactive_file 100000\nactive_file 7\n",
    ]
    let expected = AvailableMemory(bytes: 300_000, limit: .controlGroup)
    #expect(try available(files.merging(machine) { $1 }) == expected)
  }

  @Test func version1LimitsOfAContainerCount() throws {
    let files = [
      "/proc/self/cgroup": "9:name=systemd:/docker/abc\n4:cpu,memory:/docker/abc\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "400000\n",
      "/sys/fs/cgroup/memory/memory.usage_in_bytes": "500000\n",
    ]
    let expected = AvailableMemory(bytes: 0, limit: .controlGroup)
    #expect(try available(files.merging(machine) { $1 }) == expected)
    let unlimited = files.merging(machine) { $1 }.merging(
      ["/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712"]) { $1 }
    #expect(try available(unlimited) == AvailableMemory(bytes: 1_024_000, limit: .machine))
  }

  @Test func whatFitsIsAllowed() throws {
    let forecast = MemoryForecast(capacity: 1000, observationSize: 4, actionSize: 1, otherBytes: 1000)
    #expect(forecast.bytes == 65_016)
    try forecast.check(against: AvailableMemory(bytes: 72_240, limit: .machine))
    #expect(throws: MemoryShortage.self) {
      try forecast.check(against: AvailableMemory(bytes: 72_238, limit: .machine))
    }
    try forecast.check(against: nil)
  }

  @Test func aShortageSaysTheNumbersAndWhatFits() throws {
    let forecast = MemoryForecast(capacity: 1_000_000_000, observationSize: 4, actionSize: 1)
    let available = AvailableMemory(bytes: 24 << 30, limit: .machine)
    let error = #expect(throws: MemoryShortage.self) { try forecast.check(against: available) }
    #expect(
      "\(try #require(error))" == """
        59.6 GiB of memory are needed, but the machine has 24.0 GiB available, of which a tenth stays free; \
        set buffer_size to 360000000 or less (it is 1000000000)
        """)
    try MemoryForecast(capacity: 360_000_000, observationSize: 4, actionSize: 1).check(against: available)
    #expect(throws: MemoryShortage.self) {
      try MemoryForecast(capacity: 370_000_000, observationSize: 4, actionSize: 1).check(against: available)
    }
  }

  @Test func absurdSizesAreRefusedNotTrapped() throws {
    let available = AvailableMemory(bytes: 1000, limit: .controlGroup)
    let forecast = MemoryForecast(
      capacity: .max, observationSize: 100, actionSize: 3, otherBytes: 5000)
    #expect(forecast.bytes == .max)
    let error = #expect(throws: MemoryShortage.self) { try forecast.check(against: available) }
    #expect(
      "\(try #require(error))" == """
        more than 8 EiB of memory are needed, but the control group of this process has 1000 bytes left, of which \
        a tenth stays free; no buffer_size is small enough: the networks alone take too much; give them fewer units by \
        'hidden'
        """)
  }
}
