import Basics
import COpenCL
import Dataflow

/// Memory of an OpenCL device.
public final class OpenCLBuffer: Buffer {
  public let byteCount: Int
  let context: OpenCLContext
  package let handle: OpenCLHandle

  init(_ context: OpenCLContext, byteCount: Int) throws(DeviceError) {
    self.context = context
    self.byteCount = byteCount
    // Some drivers refuse at once, others only at the first use.
    guard byteCount <= context.largestBuffer else {
      throw context.error(-61, "allocate \(byteText(byteCount))")
    }
    handle = try context.make("allocate \(byteText(byteCount))") { code in
      context.functions.CreateBuffer(
        context.handle.pointer, ocl_memory_read_write, max(byteCount, 1), nil, &code)
    }
  }

  deinit { _ = context.functions.ReleaseMemObject(handle.pointer) }
}
