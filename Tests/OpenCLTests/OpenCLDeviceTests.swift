import Basics
import Dataflow
import OpenCL
import TestSupport
import Testing

@Suite struct OpenCLDeviceTests {
  private let device: OpenCLDevice

  init() throws { device = try .forTests() }

  @Test func discovery() throws {
    #expect(device.name == "opencl:0" && device.kind == .opencl)
    #expect(!device.model.isEmpty && device.driver.contains("OpenCL"))
    #expect(device.cores >= 1 && device.vectorBits >= 32 && device.largestGroup >= 64)
    #expect((1...device.memoryBytes).contains(device.largestBuffer))
    #expect(Set(Platform.local.devices.map(\.name)).count == Platform.local.devices.count)
    // PoCL, which Scripts/setup installs.
    #expect(Platform.local.devices.contains { $0.kind == .opencl && $0.processor == "cpu" })
    #expect(Platform.local.device(named: "cpu")?.processor == "cpu")
  }

  private func run(_ text: String, on numbers: [Float]) throws -> (numbers: [Float], queue: OpenCLQueue) {
    let kernel = try device.program(OpenCLProgramSource(name: "test", text: text)).kernel("test")
    let buffer = try device.makeOpenCLBuffer(byteCount: numbers.count * 4)
    let queue = try device.makeOpenCLQueue(isProfiled: true)
    var results = numbers
    try numbers.withUnsafeBytes { numbers in
      try results.withUnsafeMutableBytes { results in
        try queue.write(numbers, to: buffer)
        try queue.launch(
          kernel, [.buffer(buffer), .number(3), .integer(results.count / 4), .local(16)],
          over: [results.count / 4], inGroupsOf: [4])
        try queue.read(buffer, into: results)
        try queue.finish()
      }
    }
    return (results, queue)
  }

  @Test func kernel() throws {
    let numbers = (0..<1001).map(Float.init)
    let result = try run(
      """
      kernel void test(global float *x, float factor, int count, local float *scratch) {
        int i = get_global_id(0), l = get_local_id(0);
        if (i < count) scratch[l] = x[i] * factor;
        barrier(CLK_LOCAL_MEM_FENCE);
        if (i < count) x[i] = scratch[l];
      }
      """, on: numbers)
    #expect(result.numbers == numbers.map { $0 * 3 })
    #expect(result.queue.computing > 0 && result.queue.moving > 0)
  }

  @Test func copyAndClear() throws {
    let queue = try device.makeOpenCLQueue()
    let buffers = try (0..<2).map { _ in try device.makeOpenCLBuffer(byteCount: 8) }
    var bytes = [UInt8](repeating: 0, count: 8)
    try [UInt8](1...8).withUnsafeBytes { source in
      try queue.write(source, to: buffers[0])
      try queue.clear(buffers[1])
      try queue.copy(buffers[0], at: 2, to: buffers[1], at: 5, byteCount: 3)
      try queue.finish()
    }
    try bytes.withUnsafeMutableBytes {
      try queue.read(buffers[1], into: $0)
      try queue.finish()
    }
    #expect(bytes == [0, 0, 0, 0, 0, 3, 4, 5])
  }

  @Test func buildErrorsComeWithTheLog() throws {
    let source = OpenCLProgramSource(name: "wrong", text: "kernel void f(global int *x) { *x = nowhere; }")
    let error = try #require(throws: DeviceError.self) { try device.program(source) }
    guard case .doesNotBuild(let log) = error.reason else {
      Issue.record("\(error)")
      return
    }
    #expect(log.contains("nowhere"))
    #expect(
      "\(error)".hasPrefix("opencl:0 can't build the program 'wrong': CL_BUILD_PROGRAM_FAILURE"), "\(error)")
    #expect("\(error)".contains("nowhere"))
  }

  @Test func kernelsThatAreNotThere() throws {
    let program = try device.program(OpenCLProgramSource(name: "empty", text: "kernel void f() {}"))
    let error = try #require(throws: DeviceError.self) { try program.kernel("g") }
    #expect("\(error)" == "opencl:0 can't find kernel 'g': CL_INVALID_KERNEL_NAME")
  }

  @Test func wrongArguments() throws {
    let program = try device.program(OpenCLProgramSource(name: "one", text: "kernel void f(int x) {}"))
    let (kernel, queue) = (try program.kernel("f"), try device.makeOpenCLQueue())
    let error = try #require(throws: DeviceError.self) {
      try queue.launch(kernel, [.integer(1), .integer(2)], over: [1], inGroupsOf: [1])
    }
    #expect("\(error)" == "opencl:0 can't set argument 1 of kernel 'f': CL_INVALID_ARG_INDEX")
    let tooMany = try #require(throws: DeviceError.self) {
      try queue.launch(kernel, [.integer(1)], over: [1], inGroupsOf: [device.largestGroup * 2])
    }
    #expect("\(tooMany)".hasPrefix("opencl:0 can't run kernel 'f': CL_INVALID_WORK_"), "\(tooMany)")
  }

  /// A stage that runs out of memory says where; the items before and after it don't notice.
  @Test func errorsNameStageAndDevice() throws {
    let limit = device.largestBuffer
    let stage = Stage(
      "hungry", inputs: [Port("in", PortType(Int.self))], outputs: [Port("out", PortType(Int.self))],
      implementations: [
        Implementation("opencl", on: .opencl) { _ in HungryInstance() }
      ])
    let graph = try Graph("g", chain: [stage])
    let executor = try SequentialExecutor(graph, plan: .fused(graph, on: "opencl:0"))
    #expect(try executor.process(16).output(as: Int.self) == 16)
    let error = try #require(throws: DeviceError.self) {
      try executor.process(limit + 1).output(as: Int.self)
    }
    #expect(error.stage == "hungry" && error.device == "opencl:0" && error.reason == .tooLarge(limit: limit))
    #expect("\(error)".hasPrefix("stage 'hungry' on opencl:0 can't allocate "), "\(error)")
    #expect("\(error)".contains("CL_INVALID_BUFFER_SIZE; it takes at most "), "\(error)")
    #expect(try executor.process(17).output(as: Int.self) == 17)
  }
}

private final class HungryInstance: StageInstance {
  func fire(_ firing: Firing) throws {
    firing.emit(try OpenCLDevice.forTests().makeOpenCLBuffer(byteCount: firing.input()).byteCount)
  }
}
