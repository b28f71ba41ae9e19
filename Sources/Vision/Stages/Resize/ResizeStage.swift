import Dataflow
import Kernels

/// How a network's authors made its input square: short side, centre crop, filter.
public struct ResizeSettings: Sendable, Hashable {
  public let geometry: CropGeometry
  public let filter: ResizeFilter

  public init(shortSide: Int, crop: Int, filter: ResizeFilter = .bilinear) {
    geometry = CropGeometry(shortSide: shortSide, crop: crop)
    self.filter = filter
  }

  static let keys = ["short_side", "crop", "filter"]

  init(_ values: [String: ConfigurationNode], of node: ConfigurationNode? = nil) throws {
    guard let side = values["short_side"] else {
      throw (node ?? values.values.first)?.error("a resize needs the key 'short_side'")
        ?? ConfigurationError(file: "", reason: "a resize needs the key 'short_side'")
    }
    let shortSide = try side.integer(in: 1...8192)
    let crop = try values["crop"]?.integer(in: 1...shortSide) ?? shortSide
    self.init(shortSide: shortSide, crop: crop, filter: try values["filter"]?.choice() ?? .bilinear)
  }
}

extension StageKind {
  /// Pixels → a square of pixels: the short side to `short_side`, then the centre `crop` × `crop`, with the
  /// antialiased `filter` (`bilinear` or `bicubic`) that the network was trained with.
  static let resize = StageKind("resize", keys: ResizeSettings.keys) { parameters in
    Stage.resize(try ResizeSettings(parameters.values, of: parameters.node), name: parameters.name)
  }
}

extension Stage {
  /// Pixels → a square of pixels, resized and cropped as the settings say.
  public static func resize(_ settings: ResizeSettings, name: String = "resize") -> Stage {
    let pool = PixelPool()
    let crop = settings.geometry.crop
    return Stage(
      name,
      inputs: [Port("pixels", .pixels())],
      outputs: [Port("square", .pixels(height: crop, width: crop))],
      implementations: [
        Implementation("simd", on: .cpu) { _ in
          ResizeInstance(ImageResizer(geometry: settings.geometry, filter: settings.filter, pool: pool))
        },
        Implementation("opencl", on: .opencl, parallelism: .device, maximumBatchSize: .max) { device in
          OpenCLResizeInstance(
            try OpenCLResizer(
              geometry: settings.geometry, filter: settings.filter, on: device.openCL()))
        },
      ],
      work: { footprint in
        guard let source = DecodeWork(footprint, for: settings, scale: .auto) else { return nil }
        // Two passes: along the rows that are needed, then down their columns.
        let (narrow, square) = (3 * source.reducedRows * Double(crop), 3 * Double(crop * crop))
        return Work(
          [
            Work.Kernel(flops: 6 * source.reducedPixels, bytes: 3 * source.reducedPixels + narrow),
            Work.Kernel(flops: 2 * narrow, bytes: narrow + square),
          ], input: Work.Traffic(bytes: 3 * source.reducedPixels))
      })
  }
}

private final class ResizeInstance: StageInstance {
  private let resizer: ImageResizer

  init(_ resizer: ImageResizer) { self.resizer = resizer }

  func fire(_ firing: Firing) throws { firing.emit(try resizer.resize(firing.pixels())) }
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
