import COpenCL
import Dataflow

/// The OpenCL context of one device's buffers, programs and queues.
package final class OpenCLContext: Sendable {
  let deviceName: String
  let device: OpenCLHandle
  package let handle: OpenCLHandle
  let largestBuffer: Int
  private let library: OpenCLLibrary

  init(
    _ library: OpenCLLibrary, device: OpenCLHandle, name: String, largestBuffer: Int
  ) throws(DeviceError) {
    self.library = library
    self.device = device
    self.largestBuffer = largestBuffer
    deviceName = name
    var code: Int32 = 0
    var id: OpaquePointer? = device.pointer
    guard let pointer = library.functions.CreateContext(nil, 1, &id, nil, nil, &code) else {
      throw DeviceError(
        device: name, action: "begin to work", reason: .unavailable,
        detail: OpenCLCode(number: code).description)
    }
    handle = OpenCLHandle(pointer: pointer)
  }

  deinit { _ = functions.ReleaseContext(handle.pointer) }

  package var functions: ocl_functions { library.functions }

  func error(_ code: Int32, _ action: String) -> DeviceError {
    let code = OpenCLCode(number: code)
    return DeviceError(
      device: deviceName, action: action, reason: code.reason(limit: largestBuffer), detail: code.description)
  }

  /// - Parameter action: the action for the error message.
  func check(_ code: Int32, _ action: @autoclosure () -> String) throws(DeviceError) {
    if code != 0 { throw error(code, action()) }
  }

  /// Creates an object. `create` sets its argument and returns `nil` if it fails.
  func make(
    _ action: @autoclosure () -> String, _ create: (inout Int32) -> OpaquePointer?
  ) throws(DeviceError) -> OpenCLHandle {
    var code: Int32 = 0
    guard let pointer = create(&code), code == 0 else { throw error(code, action()) }
    return OpenCLHandle(pointer: pointer)
  }
}
