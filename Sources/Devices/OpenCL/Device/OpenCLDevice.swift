import Basics
import Dataflow

extension DeviceKind {
  public static let opencl = DeviceKind(rawValue: "opencl")
}

/// A processor with an OpenCL driver: a GPU, an accelerator, or the CPU.
public final class OpenCLDevice: Device {
  public let name: String
  public let kind = DeviceKind.opencl
  public let model: String
  /// The versions of platform, device and driver.
  public let driver: String
  public let processor: String
  public let cores: Int
  public let vectorBits: Int
  public let memoryBytes: Int
  /// The largest buffer, in bytes.
  public let largestBuffer: Int
  /// The largest work group, in work items.
  public let largestGroup: Int
  /// Whether its cores are the host's. Work groups are then loops on a core, and small ones are best.
  public var isCPU: Bool { processor == CPUDevice.ownProcessor }

  private let library: OpenCLLibrary
  private let id: OpenCLHandle
  private let state = Locked(State())

  /// Lazily made parts.
  private struct State {
    var context: OpenCLContext?
    var programs: [OpenCLProgramSource: OpenCLProgram] = [:]
  }

  init(_ library: OpenCLLibrary, _ id: OpenCLHandle, _ description: Description) {
    self.library = library
    self.id = id
    name = description.name
    model = description.model
    driver = description.driver
    processor = description.processor
    cores = description.cores
    vectorBits = description.vectorBits
    memoryBytes = description.memoryBytes
    largestBuffer = description.largestBuffer
    largestGroup = description.largestGroup
  }

  /// A driver's description of a device.
  struct Description {
    var name, model, driver, processor: String
    var cores, vectorBits, memoryBytes, largestBuffer, largestGroup: Int
  }

  public func makeBuffer(byteCount: Int) throws(DeviceError) -> any Buffer {
    try makeOpenCLBuffer(byteCount: byteCount)
  }

  public func makeQueue() throws(DeviceError) -> any DeviceQueue { try makeOpenCLQueue() }

  public func makeOpenCLBuffer(byteCount: Int) throws(DeviceError) -> OpenCLBuffer {
    try OpenCLBuffer(context(), byteCount: byteCount)
  }

  /// - Parameter isProfiled: whether `OpenCLQueue.computing` and `moving` count.
  public func makeOpenCLQueue(isProfiled: Bool = false) throws(DeviceError) -> OpenCLQueue {
    try OpenCLQueue(context(), isProfiled: isProfiled)
  }

  /// The program, built once in this process and cached as a binary for the next.
  ///
  /// - Throws: `DeviceError` with the compiler's log if it doesn't build.
  public func program(_ source: OpenCLProgramSource) throws(DeviceError) -> OpenCLProgram {
    let context = try context()
    // Under the lock, so that only one of several concurrent workers builds.
    return try state.withLock { state throws(DeviceError) in
      if let program = state.programs[source] { return program }
      let program = try OpenCLProgram(source, for: self, in: context, cache: .user)
      state.programs[source] = program
      return program
    }
  }

  package func context() throws(DeviceError) -> OpenCLContext {
    try state.withLock { state throws(DeviceError) in
      if let context = state.context { return context }
      let context = try OpenCLContext(library, device: id, name: name, largestBuffer: largestBuffer)
      state.context = context
      return context
    }
  }
}

extension Device {
  /// This device as an OpenCL device.
  ///
  /// - Throws: `DeviceError` if it is of another kind.
  public func openCL() throws(DeviceError) -> OpenCLDevice {
    guard let device = self as? OpenCLDevice else {
      throw DeviceError(
        device: name, action: "run what is written for OpenCL", reason: .refused,
        detail: "it is a \(kind) device")
    }
    return device
  }
}

/// A pointer to one of the driver's objects.
///
/// Sendable: OpenCL's objects may be used from any thread, except for the arguments of kernels, which are
/// guarded there.
package struct OpenCLHandle: @unchecked Sendable {
  package let pointer: OpaquePointer
}
