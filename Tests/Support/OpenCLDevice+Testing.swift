import Dataflow

extension OpenCLDevice {
  public struct Missing: Error, CustomStringConvertible {
    public var description: String { "there is no OpenCL device: run Scripts/setup" }
  }

  /// One that tests may use; `Scripts/setup` sees to it that there is one.
  public static func forTests() throws -> OpenCLDevice {
    guard let device = Platform.local.device(of: .opencl) as? OpenCLDevice else { throw Missing() }
    return device
  }
}
