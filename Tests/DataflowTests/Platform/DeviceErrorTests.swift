import OpenCL
import Planning
import Testing

@testable import Dataflow

/// What users are told of a device that can't go on.
@Suite struct DeviceErrorTests {
  private func error(_ reason: DeviceError.Reason, on device: String = "opencl:0") -> DeviceError {
    DeviceError(device: device, action: "run kernel 'adam'", reason: reason, detail: "CL_X").within(
      stage: "learn")
  }

  private func advised(_ error: DeviceError, others: [(String, DeviceKind)]) -> String {
    let platform = Platform(
      devices: ([("opencl:0", .opencl)] + others).map {
        SimulatedDevice($0.0, $0.1, .declared(Roofline(flops: 1)))
      })
    return "\(error.advised(on: platform) { "run again with \($0)" })"
  }

  @Test(arguments: [
    (DeviceError.Reason.lost, "the device is lost: start again, or "),
    (.outOfMemory, "it is out of memory: use smaller batches or images, or "),
    (.tooLarge(limit: 4096), "it takes at most 4.0 KiB at once: use smaller batches or images, or "),
  ])
  func howToRunWithoutIt(reason: DeviceError.Reason, says: String) {
    let what = "stage 'learn' on opencl:0 can't run kernel 'adam': CL_X; " + says
    #expect(
      advised(error(reason), others: [("cpu", .cpu)])
        == what + "run again with --devices cpu")
    #expect(
      advised(error(reason), others: [("cpu", .cpu), ("opencl:1", .opencl)])
        == what + "run again with --devices cpu,opencl:1")
    // There is nothing without a CPU.
    for others in [[], [("opencl:1", DeviceKind.opencl)]] {
      #expect(advised(error(reason), others: others) == "\(error(reason))")
    }
    #expect(advised(error(reason, on: "cpu"), others: [("cpu", .cpu)]) == "\(error(reason, on: "cpu"))")
  }

  @Test(arguments: [DeviceError.Reason.refused, .unavailable, .doesNotBuild(log: "x")])
  func whereItIsNotTheDevicesFault(reason: DeviceError.Reason) {
    #expect(advised(error(reason), others: [("cpu", .cpu)]) == "\(error(reason))")
  }

  @Test func theFirstAdviceStays() {
    let platform = Platform(devices: [CPUDevice.local])
    let first = error(.lost).advised(on: platform) { "go on with \($0)" }
    #expect(first.alternative == "go on with --devices cpu")
    #expect(first.advised(on: platform) { "run again with \($0)" } == first)
  }
}
