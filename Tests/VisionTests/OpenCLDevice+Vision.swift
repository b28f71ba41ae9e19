import OpenCL
import OpenCLVision
import TestSupport

extension OpenCLDevice {
  /// One that tests of stages may use; stages that are made from now on know it.
  static func forVision() throws -> OpenCLDevice {
    registerVision()
    return try forTests()
  }
}
