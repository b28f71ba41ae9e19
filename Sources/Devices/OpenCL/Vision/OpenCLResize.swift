import Dataflow
import Kernels
import OpenCL
import Vision

extension Implementation {
  /// Resizing on an OpenCL device; `nil` unless the centre is cropped and all its pixels count.
  static func openCL(_ settings: ResizeSettings) -> Implementation? {
    guard settings.geometry.fit == .crop, settings.filter.isAntialiased else { return nil }
    return Implementation("opencl", on: .opencl, parallelism: .device, maximumBatchSize: .max) { device in
      OpenCLResizeInstance(
        try OpenCLResizer(geometry: settings.geometry, filter: settings.filter, on: device.openCL()))
    }
  }
}

private final class OpenCLResizeInstance: StageInstance {
  private let resizer: OpenCLResizer

  init(_ resizer: OpenCLResizer) { self.resizer = resizer }

  func fire(_ firing: Firing) throws {
    let images = try (0..<firing.count()).map { try firing.pixels(at: $0) }
    let squares = try resizer.resize(images)
    firing.transferred(for: resizer.takeTransferTime())
    for (index, square) in squares.enumerated() { firing.emit(square, of: index) }
  }
}
