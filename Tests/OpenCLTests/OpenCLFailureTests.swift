import COpenCL
import Dataflow
import Glibc
import TestSupport
import Testing

@testable import OpenCL

/// A command that fails on the device after it was queued, as when a GPU is unplugged: made to fail by an event that
/// it waits for.
@Suite struct OpenCLFailureTests {
  private typealias CreateUserEvent =
    @convention(c) (
      OpaquePointer, UnsafeMutablePointer<Int32>
    ) -> OpaquePointer?
  private typealias SetUserEventStatus = @convention(c) (OpaquePointer, Int32) -> Int32

  private func function<Function>(_ name: String, as type: Function.Type) throws -> Function {
    let library = try #require(dlopen("libOpenCL.so.1", RTLD_NOW))
    return unsafeBitCast(try #require(dlsym(library, name)), to: type)
  }

  @Test func commandsThatFailLater() throws {
    let create = try function("clCreateUserEvent", as: CreateUserEvent.self)
    let setStatus = try function("clSetUserEventStatus", as: SetUserEventStatus.self)
    let device = try OpenCLDevice.forTests()
    let (context, buffer) = (try device.context(), try device.makeOpenCLBuffer(byteCount: 4))
    let queue = try device.makeOpenCLQueue()
    var (code, byte) = (Int32(0), UInt8(0))
    // Held, since PoCL 3.1 aborts when a command fails that nobody asks about.
    var write: OpaquePointer?
    var event = create(context.handle.pointer, &code)
    #expect(
      context.functions.EnqueueWriteBuffer(
        queue.handle.pointer, buffer.handle.pointer, 0, 0, 1, &byte, 1, &event, &write) == 0)
    try queue.clear(buffer)
    try #expect(setStatus(#require(event), -2) == 0)
    let error = try #require(throws: DeviceError.self) { try queue.finish() }
    #expect(error.reason == .lost)
    #expect("\(error)".hasPrefix("opencl:0 can't clear 4 bytes: CL_DEVICE_NOT_"), "\(error)")
    #expect("\(error)".contains("; the device is lost: start again"), "\(error)")
    // It is told of once.
    try queue.finish()
    for event in [event, write].compactMap({ $0 }) { _ = context.functions.ReleaseEvent(event) }
  }
}
