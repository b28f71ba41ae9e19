import Basics
import COpenCL
import Dataflow
import Foundation

/// A program in OpenCL C.
public struct OpenCLProgramSource: Sendable, Hashable {
  /// For error messages and the cache's file names.
  public let name: String
  public let text: String
  /// Compiler options, such as `-DWIDTH=8`.
  public let options: String

  public init(name: String, text: String, options: String = "") {
    self.name = name
    self.text = text
    self.options = options
  }
}

/// A program that is ready to run on one device.
public final class OpenCLProgram: Sendable {
  public let name: String
  private let context: OpenCLContext
  private let handle: OpenCLHandle

  /// Loads the binary from the cache, or builds and caches it. A binary that the driver refuses is built
  /// again; an unwritable cache is ignored.
  init(
    _ source: OpenCLProgramSource, for device: OpenCLDevice, in context: OpenCLContext,
    cache: OpenCLProgramCache?
  ) throws(DeviceError) {
    name = source.name
    self.context = context
    if let binary = cache?.binary(of: source, for: device),
      let program = try? Self.load(binary, source.name, source.options, in: context)
    {
      handle = program
      return
    }
    handle = try Self.compile(source, in: context)
    if let cache, let binary = Self.binary(of: handle, in: context) {
      try? cache.keep(binary, of: source, for: device)
    }
  }

  /// An FPGA's binaries are the largest.
  static let maximumBytesOfBinary = 1 << 30

  /// A program from a binary of the vendor's compiler, as FPGAs need it: their builds take hours.
  ///
  /// - Throws: `DeviceError` if the file can't be read or is not for this device.
  public init(binaryAt path: String, for device: OpenCLDevice) throws(DeviceError) {
    name = (path as NSString).lastPathComponent
    context = try device.context()
    let binary: Data
    do {
      binary = try Data.read(path, atMost: Self.maximumBytesOfBinary)
    } catch {
      throw DeviceError(
        device: device.name, action: "load the program \(path)", reason: .unavailable,
        detail: "the file can't be read: \(error)")
    }
    handle = try Self.load(binary, path, "", in: context)
  }

  deinit { _ = context.functions.ReleaseProgram(handle.pointer) }

  /// A kernel of the program for one worker.
  public func kernel(_ name: String) throws(DeviceError) -> OpenCLKernel {
    try OpenCLKernel(name, of: handle, in: context)
  }

  /// The binary for the device; `nil` if the driver doesn't provide it.
  public var binary: Data? { Self.binary(of: handle, in: context) }

  private static func compile(
    _ source: OpenCLProgramSource, in context: OpenCLContext
  ) throws(DeviceError) -> OpenCLHandle {
    let action = "build the program '\(source.name)'"
    let program = try context.make(action) { code in
      source.text.withCString { text in
        var (text, length): (UnsafePointer<CChar>?, Int) = (text, source.text.utf8.count)
        return context.functions.CreateProgramWithSource(context.handle.pointer, 1, &text, &length, &code)
      }
    }
    try build(program, action, source.options, in: context)
    return program
  }

  private static func load(
    _ binary: Data, _ name: String, _ options: String, in context: OpenCLContext
  ) throws(DeviceError) -> OpenCLHandle {
    let action = "load the program '\(name)'"
    let program = try context.make(action) { code in
      binary.withUnsafeBytes { bytes in
        var device: OpaquePointer? = context.device.pointer
        var (start, length) = (bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
        var status: Int32 = 0
        return context.functions.CreateProgramWithBinary(
          context.handle.pointer, 1, &device, &length, &start, &status, &code)
      }
    }
    try build(program, action, options, in: context)
    return program
  }

  /// Builds the program, and releases it on failure.
  private static func build(
    _ program: OpenCLHandle, _ action: String, _ options: String, in context: OpenCLContext
  ) throws(DeviceError) {
    var device: OpaquePointer? = context.device.pointer
    let code = context.functions.BuildProgram(program.pointer, 1, &device, options, nil, nil)
    guard code != 0 else { return }
    let log = OpenCLLibrary.text {
      context.functions.GetProgramBuildInfo(
        program.pointer, context.device.pointer, UInt32(OCL_PROGRAM_BUILD_LOG), $0, $1, $2)
    }
    _ = context.functions.ReleaseProgram(program.pointer)
    guard !log.isEmpty else { throw context.error(code, action) }
    throw DeviceError(
      device: context.deviceName, action: action, reason: .doesNotBuild(log: log),
      detail: OpenCLCode(number: code).description)
  }

  private static func binary(of program: OpenCLHandle, in context: OpenCLContext) -> Data? {
    var size = 0
    guard
      context.functions.GetProgramInfo(program.pointer, UInt32(OCL_PROGRAM_BINARY_SIZES), 8, &size, nil) == 0,
      size > 0
    else { return nil }
    var binary = Data(count: size)
    let code = binary.withUnsafeMutableBytes { bytes in
      var start = bytes.baseAddress
      return context.functions.GetProgramInfo(
        program.pointer, UInt32(OCL_PROGRAM_BINARIES), MemoryLayout.size(ofValue: start), &start, nil)
    }
    return code == 0 ? binary : nil
  }
}
