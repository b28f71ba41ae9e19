import Foundation
import Testing

@testable import Dataflow

struct CPUDeviceTests {
  @Test func discovery() throws {
    let device = try #require(Platform.local.device(named: "cpu"))
    #expect(device.kind == .cpu)
    #expect((1...ProcessInfo.processInfo.processorCount).contains(device.cores))
    #expect([64, 128, 256, 512].contains(device.vectorBits))
    #expect(device.memoryBytes > 1 << 20)
    #expect(device.memoryBytes <= ProcessInfo.processInfo.physicalMemory)
    #expect(!device.model.isEmpty)
    #expect(Platform.local.device(of: .cpu)?.name == "cpu")
    #expect(Platform.local.device(named: "gpu") == nil)
  }

  @Test(arguments: [
    (["sse2", "avx", "avx2", "avx512f"], 512), (["sse2", "avx2"], 256), (["sse2"], 128), (["asimd"], 128),
    ([], 64),
  ])
  func vectors(flags: [String], bits: Int) {
    #expect(CPUDevice.vectorBits(Set(flags.map { $0[...] })) == bits)
  }
}
