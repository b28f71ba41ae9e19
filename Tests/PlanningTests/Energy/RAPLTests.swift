import Basics
import Foundation
import Testing

@testable import Dataflow
@testable import Planning

struct RAPLTests {
  @Test func sumsPackagesAndMemoryAndNothingTwice() throws {
    let kernel = PowerCap()
    func put(_ values: [Int]) throws {
      try kernel.put("intel-rapl:0", "package-0", values[0])
      try kernel.put("intel-rapl:0:0", "core", values[1])
      try kernel.put("intel-rapl:0:1", "dram", values[2])
      try kernel.put("intel-rapl:1", "package-1", values[3])
      try kernel.put("intel-rapl-mmio:0", "package-0", values[0])
    }
    try put([100, 7, 5, 1])
    let meter = try RAPL(folder: kernel.folder)
    let before = try #require(meter.read())
    try put([200_100, 90_000, 50_005, 30_001])
    let after = try #require(meter.read())
    #expect(abs(meter.joules(from: before, to: after) - 0.28) < 1e-12)
  }

  @Test func countersBeginAgain() throws {
    let kernel = PowerCap()
    try kernel.put("intel-rapl:0", "package-0", 999_000)
    let meter = try RAPL(folder: kernel.folder)
    let before = try #require(meter.read())
    try kernel.put("intel-rapl:0", "package-0", 4_000)
    let after = try #require(meter.read())
    #expect(abs(meter.joules(from: before, to: after) - 0.005) < 1e-12)
  }

  @Test func saysWhyThereIsNone() throws {
    #expect(throws: RAPL.Absence.notThere("/nowhere")) { try RAPL(folder: "/nowhere") }
    let kernel = PowerCap()
    try kernel.put("intel-rapl:0:0", "core", 1)
    #expect(throws: RAPL.Absence.notThere(kernel.folder)) { try RAPL(folder: kernel.folder) }
    // Root may read everything; so what can't be read is no file at all here.
    try kernel.put("intel-rapl:0", "package-0", 1)
    let counter = "\(kernel.folder)/intel-rapl:0/energy_uj"
    try FileManager.default.removeItem(atPath: counter)
    try FileManager.default.createDirectory(atPath: counter, withIntermediateDirectories: false)
    #expect(throws: RAPL.Absence.notReadable(counter)) { try RAPL(folder: kernel.folder) }
  }

  @Test func aCounterThatGoesAway() throws {
    let kernel = PowerCap()
    try kernel.put("intel-rapl:0", "package-0", 1)
    let meter = try RAPL(folder: kernel.folder)
    try FileManager.default.removeItem(atPath: "\(kernel.folder)/intel-rapl:0")
    #expect(meter.read() == nil)
  }
}
