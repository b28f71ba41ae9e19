import Testing

@testable import Dataflow
@testable import Planning

struct RooflineTests {
  private let device = Roofline(flops: 100, bandwidth: 10, launch: 1, decode: 4)

  @Test(
    arguments: [
      (Work.Kernel(flops: 500), 6.0),  // It starts, then computes.
      (Work.Kernel(flops: 500, bytes: 100), 11),  // Memory is slower.
      (Work.Kernel(flops: 500, bytes: 20, sharedBytes: 80), 11),
      (Work.Kernel(entropyBytes: 8), 3),
      (Work.Kernel(), 1),
    ] as [(Work.Kernel, Double)])
  func slowestPartCounts(kernel: Work.Kernel, seconds: Double) {
    #expect(device.seconds(of: Work([kernel])) == seconds)
    #expect(device.seconds(of: Work([kernel, kernel])) == 2 * seconds)
  }

  @Test func batchesShareStartsAndWeights() {
    let work = Work([Work.Kernel(flops: 100, bytes: 10, sharedBytes: 100)])
    #expect(device.seconds(of: work, batch: 1) == 12)
    #expect(device.seconds(of: work, batch: 10) == 21)
  }

  @Test func smallKernelsRunAtHalfSpeed() {
    var large = device
    large.halfSpeedFlops = 200
    #expect(large.seconds(of: Work([Work.Kernel(flops: 200)])) == 5.0)
    // Larger batches take less for each, and never less than the device does at its best.
    let work = Work([Work.Kernel(flops: 100)])
    let each = [1, 2, 4, 8, 64, 4096].map { (large.seconds(of: work, batch: $0) ?? 0) / Double($0) }
    #expect(zip(each, each.dropFirst()).allSatisfy { $0 > $1 && $1 > 1 })
  }

  @Test func whatADeviceLacksItCannotDo() {
    let memory = Roofline(bandwidth: 10)
    #expect(memory.seconds(of: Work([Work.Kernel(bytes: 10)])) == 1)
    #expect(memory.seconds(of: Work([Work.Kernel(flops: 1, bytes: 10)])) == nil)
    #expect(memory.seconds(of: Work([Work.Kernel(entropyBytes: 1)])) == nil)
    #expect(device.seconds(of: Work([Work.Kernel(flops: 1)], needsHost: true)) == nil)
  }
}
