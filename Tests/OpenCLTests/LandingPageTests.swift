import Dataflow
import OpenCL
import TestSupport
import Testing

// Begin: example.

/// Doubles numbers on the first OpenCL device of this machine.
func doubled(_ numbers: [Float]) throws -> [Float] {
  OpenCLDevice.register()
  guard let device = try Platform.local.device(of: .opencl)?.openCL() else { return numbers.map { 2 * $0 } }
  let source = OpenCLProgramSource(
    name: "double",
    text: "kernel void twice(global float *x) { x[get_global_id(0)] *= 2; }")
  let (buffer, queue) = (
    try device.makeOpenCLBuffer(byteCount: 4 * numbers.count), try device.makeOpenCLQueue()
  )
  var result = numbers
  try numbers.withUnsafeBytes { try queue.write($0, to: buffer, at: 0) }
  try queue.launch(
    device.program(source).kernel("twice"), [.buffer(buffer)], over: [numbers.count], inGroupsOf: [1])
  try result.withUnsafeMutableBytes { try queue.read(buffer, at: 0, into: $0) }
  try queue.finish()
  return result
}

// End: example.

struct LandingPageTests {
  @Test func example() throws {
    _ = try OpenCLDevice.forTests()
    #expect(try doubled([1, 2, -0.5]) == [2, 4, -1])
  }
}
