import Dataflow
import OpenCL
import Vision

extension OpenCLDevice {
  /// Registers OpenCL devices, and their stages for vision pipelines loaded from now on.
  public static func registerVision() {
    register()
    DeviceImplementations.register(ResizeSettings.self, on: .opencl) { .openCL($0) }
    DeviceImplementations.register(NormaliseOperation.self, on: .opencl) { .openCL($0) }
  }
}
