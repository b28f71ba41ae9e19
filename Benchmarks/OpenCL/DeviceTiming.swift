import Basics
import Dataflow
import OpenCL

/// The least that anything on a device costs.
struct DeviceTiming {
  private let device: OpenCLDevice
  private let seconds: Double

  init(_ device: OpenCLDevice, seconds: Double) {
    self.device = device
    self.seconds = seconds
  }

  func run() throws {
    let queue = try device.makeOpenCLQueue()
    let size = 64 << 20
    let (small, large) = (try device.makeBuffer(byteCount: 4096), try device.makeBuffer(byteCount: size))
    let program = try device.program(
      OpenCLProgramSource(name: "nothing", text: "kernel void nothing(global int *x) { x[0] = 1; }"))
    let kernel = try program.kernel("nothing")
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 1)
    defer { bytes.deallocate() }
    let page = UnsafeMutableRawBufferPointer(rebasing: bytes[..<4096])
    func launch() throws {
      try queue.launch(kernel, [.buffer(small)], over: [1], inGroupsOf: [1])
    }
    try Measurement([
      (
        "launch and finish",
        {
          try launch()
          try queue.finish()
        }
      ),
      (
        "ten launches and finish",
        {
          for _ in 0..<10 { try launch() }
          try queue.finish()
        }
      ),
      (
        "write 4 KiB and finish",
        {
          try queue.write(UnsafeRawBufferPointer(page), to: small)
          try queue.finish()
        }
      ),
      (
        "read 4 KiB and finish",
        {
          try queue.read(small, into: page)
          try queue.finish()
        }
      ),
      (
        "write, launch, read 4 KiB and finish",
        {
          try queue.write(UnsafeRawBufferPointer(page), to: small)
          try launch()
          try queue.read(small, into: page)
          try queue.finish()
        }
      ),
      (
        "write 64 MiB and finish",
        {
          try queue.write(UnsafeRawBufferPointer(bytes), to: large)
          try queue.finish()
        }
      ),
      (
        "read 64 MiB and finish",
        {
          try queue.read(large, into: bytes)
          try queue.finish()
        }
      ),
    ]).report(seconds: seconds)
  }
}
