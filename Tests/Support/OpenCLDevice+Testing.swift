import Dataflow
import OpenCL

extension OpenCLDevice {
  public struct Missing: Error, CustomStringConvertible {
    public var description: String { "there is no OpenCL device: run Scripts/setup" }
  }

  /// One that tests may use; `Scripts/setup` sees to it that there is one.
  public static func forTests() throws -> OpenCLDevice {
    guard let device = Platform.whole.device(of: .opencl) as? OpenCLDevice else { throw Missing() }
    return device
  }
}

extension Platform {
  /// This machine with every kind of device that there is.
  public static let whole: Platform = {
    OpenCLDevice.register()
    return .local
  }()
}
