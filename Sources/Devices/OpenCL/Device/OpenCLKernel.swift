import COpenCL
import Dataflow

/// A function of a program with its arguments. Used by one thread at a time; each worker makes its own.
public final class OpenCLKernel {
  public let name: String
  let handle: OpenCLHandle
  private let context: OpenCLContext

  init(_ name: String, of program: OpenCLHandle, in context: OpenCLContext) throws(DeviceError) {
    self.name = name
    self.context = context
    handle = try context.make("find kernel '\(name)'") { code in
      context.functions.CreateKernel(program.pointer, name, &code)
    }
  }

  deinit { _ = context.functions.ReleaseKernel(handle.pointer) }

  func set(
    _ arguments: [OpenCLArgument], memory: (any Buffer) -> OpaquePointer
  ) throws(DeviceError) {
    for (index, argument) in arguments.enumerated() {
      let index = UInt32(index)
      let code =
        switch argument {
        case .buffer(let buffer):
          withUnsafePointer(to: memory(buffer)) { set(index, MemoryLayout<OpaquePointer>.size, $0) }
        case .integer(let number): withUnsafePointer(to: Int32(number)) { set(index, 4, $0) }
        case .number(let number): withUnsafePointer(to: number) { set(index, 4, $0) }
        case .local(let byteCount): set(index, byteCount, nil)
        }
      try context.check(code, "set argument \(index) of kernel '\(name)'")
    }
  }

  private func set(_ index: UInt32, _ size: Int, _ value: UnsafeRawPointer?) -> Int32 {
    context.functions.SetKernelArg(handle.pointer, index, size, value)
  }
}

/// An argument of a kernel.
public enum OpenCLArgument {
  case buffer(any Buffer)
  /// An `int`.
  case integer(Int)
  /// A `float`.
  case number(Float)
  /// Memory of a work group, in bytes.
  case local(Int)
}
