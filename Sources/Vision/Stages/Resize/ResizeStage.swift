import Basics
import Dataflow
import Kernels

/// The resize to a network's input, as in its training: short side and centre crop, or both sides; filter.
public struct ResizeSettings: Sendable, Hashable {
  public let geometry: CropGeometry
  public let filter: ResizeFilter

  public init(shortSide: Int, crop: Int, filter: ResizeFilter = .bilinear) {
    geometry = CropGeometry(shortSide: shortSide, crop: crop)
    self.filter = filter
  }

  /// To a height and a width: stretched, or within a letterbox.
  public init(
    height: Int, width: Int, _ fit: CropGeometry.Fit = .stretch, filter: ResizeFilter = .bilinear
  ) {
    geometry = CropGeometry(height: height, width: width, fit)
    self.filter = filter
  }

  /// In proportion: the shorter side, unless the longer would exceed `longest`.
  public init(shortSide: Int, longest: Int?, filter: ResizeFilter = .bilinear) {
    geometry = CropGeometry(shortSide: shortSide, longest: longest)
    self.filter = filter
  }

  static let keys = [
    "short_side", "crop", "size", "fit", "longest", "multiple", "pad", "align", "filter", "antialias",
  ]

  init(_ values: [String: ConfigurationNode], of node: ConfigurationNode? = nil) throws {
    let filter = try Self.filter(values)
    if try values["fit"]?.choice(of: FitName.self) == .shortSide {
      for key in ["size", "crop", "multiple", "pad", "align"] {
        if let node = values[key] { throw node.error("\(node.path) can't be beside 'fit: short-side'") }
      }
      guard let side = values["short_side"] else {
        throw values["fit"]?.error("'fit: short-side' needs the key 'short_side'")
          ?? ConfigurationError(file: "", reason: "'fit: short-side' needs the key 'short_side'")
      }
      self.init(
        shortSide: try side.integer(in: 1...8192), longest: try values["longest"]?.integer(in: 1...8192),
        filter: filter)
      return
    }
    if let node = values["longest"] {
      throw node.error("\(node.path) is of 'fit: short-side'; write that, too")
    }
    let fit = try Self.fit(values)
    if let size = values["size"] {
      guard values["short_side"] == nil, values["crop"] == nil else {
        throw size.error("\(size.path) is a height and a width; 'short_side' and 'crop' can't be beside it")
      }
      let sides = try size.list()
      guard sides.count == 2 else {
        throw size.error("\(size.path) must be a height and a width, such as [480, 640]")
      }
      self.init(
        height: try sides[0].integer(in: 1...8192), width: try sides[1].integer(in: 1...8192), fit,
        filter: filter)
      return
    }
    if let node = ["fit", "pad", "align", "multiple"].lazy.compactMap({ values[$0] }).first {
      throw node.error("\(node.path) is of a resize to 'size: [height, width]'")
    }
    guard let side = values["short_side"] else {
      throw (node ?? values.values.first)?.error("a resize needs the key 'short_side', or 'size'")
        ?? ConfigurationError(file: "", reason: "a resize needs the key 'short_side', or 'size'")
    }
    let shortSide = try side.integer(in: 1...8192)
    let crop = try values["crop"]?.integer(in: 1...shortSide) ?? shortSide
    self.init(shortSide: shortSide, crop: crop, filter: filter)
  }

  private static func filter(_ values: [String: ConfigurationNode]) throws -> ResizeFilter {
    let filter: ResizeFilter = try values["filter"]?.choice() ?? .bilinear
    guard let node = values["antialias"], try !node.boolean() else { return filter }
    guard filter == .bilinear else {
      throw node.error("\(node.path) is false, which is done for 'filter: bilinear' only")
    }
    return .linear
  }

  private enum FitName: String, CaseIterable {
    case stretch, letterbox, multiple
    case shortSide = "short-side"
  }
  private enum Alignment: String, CaseIterable {
    case centre
    case topLeft = "top_left"
  }

  private static func fit(_ values: [String: ConfigurationNode]) throws -> CropGeometry.Fit {
    let name = try values["fit"]?.choice(of: FitName.self)
    if let node = values["multiple"], name != .multiple {
      throw node.error("\(node.path) is of 'fit: multiple'; write that, too")
    }
    guard name == .letterbox else {
      if let node = values["pad"] ?? values["align"] {
        throw node.error("\(node.path) is of 'fit: letterbox'; write that, or leave it out")
      }
      guard name == .multiple else { return .stretch }
      return .multiple(of: try values["multiple"]?.integer(in: 1...1024) ?? 1)
    }
    let colour = try values["pad"]?.floats(count: 3, in: 0...255) ?? [114, 114, 114]
    let alignment = try values["align"]?.choice(of: Alignment.self) ?? .centre
    return .letterbox(
      colour: colour.map { UInt8($0.rounded(.toNearestOrEven)) }, isCentred: alignment == .centre)
  }
}

extension StageKind {
  /// Pixels → a square of pixels: the short side to `short_side`, then the centre `crop` × `crop`; or all of them to `size`, a
  /// height and a width (`fit`: `stretch`, or `letterbox` with its colour `pad` and `align`: `centre` or `top_left`); or in
  /// proportion, to a size of each image's own (`fit`: `short-side` with `longest`, or `multiple` of a number); with the
  /// `filter` (`bilinear` or `bicubic`; `antialias: false` for the two nearest pixels alone) that the network was trained with.
  static let resize = StageKind("resize", keys: ResizeSettings.keys) { parameters in
    Stage.resize(try ResizeSettings(parameters.values, of: parameters.node), name: parameters.name)
  }
}

extension Stage {
  /// Pixels → pixels of one size, resized and cropped as the settings say.
  public static func resize(_ settings: ResizeSettings, name: String = "resize") -> Stage {
    let pool = PixelPool()
    let geometry = settings.geometry
    return Stage(
      name,
      inputs: [Port("pixels", .pixels())],
      outputs: [
        Port(
          "square",
          geometry.isFixed ? .pixels(height: geometry.height, width: geometry.width) : .pixelsOfOwnSize)
      ],
      implementations: [
        Implementation("simd", on: .cpu) { _ in
          ResizeInstance(ImageResizer(geometry: settings.geometry, filter: settings.filter, pool: pool))
        }
      ], operation: settings,
      work: { footprint in
        guard let source = DecodeWork(footprint, for: settings, scale: .auto) else { return nil }
        var (width, height) = (geometry.width, geometry.height)
        if let extents = footprint.pixels, extents.count == 2 {
          (width, height) = geometry.size(width: extents[1], height: extents[0])
        }
        // Two passes: along the rows that are needed, then down their columns.
        let (narrow, square) = (3 * source.reducedRows * Double(width), 3 * Double(height * width))
        return Work(
          [
            Work.Kernel(flops: 6 * source.reducedPixels, bytes: 3 * source.reducedPixels + narrow),
            Work.Kernel(flops: 2 * narrow, bytes: narrow + square),
          ], input: Work.Traffic(bytes: 3 * source.reducedPixels))
      })
  }
}

extension PortType {
  /// Resized pixels, of a size that depends on the image.
  static let pixelsOfOwnSize = PortType(
    PixelBuffer.self, name: "pixels", shape: [nil, nil, 3], meaning: "in proportion")
}

private final class ResizeInstance: StageInstance {
  private let resizer: ImageResizer

  init(_ resizer: ImageResizer) { self.resizer = resizer }

  func fire(_ firing: Firing) throws { firing.emit(try resizer.resize(firing.pixels())) }
}
