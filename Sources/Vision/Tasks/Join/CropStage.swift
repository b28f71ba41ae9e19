import Basics
import Dataflow
import Kernels

/// How objects are cut out.
struct CropSettings: Sendable, Hashable {
  /// Of each result, pixels.
  let height, width: Int
  /// What is added to the box on each side, a part of its side.
  var margin: Float = 0
  /// Whether five points are brought to the places of the template.
  var isAligned = false
  var filter = ResizeFilter.bilinear
  /// The most objects of an image.
  var maximum = 100
}

extension StageKind {
  /// A photograph's pixels, and the objects in it → pixels of each object, 0…`maximum` for an image.
  ///
  /// Keys: `size` (height and width of each), `margin` (what is added to the box on each side, a part of its side; 0),
  /// `align` (`five-points`: turned and scaled by eyes, nose and corners of the mouth, as networks of faces want),
  /// `filter` (`bilinear` or `bicubic`; bilinear), `maximum` (objects of an image, the best ones; 100).
  static let crop = StageKind("crop", keys: ["size", "margin", "align", "filter", "maximum"]) { parameters in
    let values = parameters.values
    let size = try parameters.required("size")
    let sides = try size.list()
    guard sides.count == 2 else {
      throw size.error("\(size.path) must be a height and a width, such as [112, 112]")
    }
    var settings = CropSettings(
      height: try sides[0].integer(in: 1...2048), width: try sides[1].integer(in: 1...2048))
    settings.margin = Float(try values["margin"]?.number(in: 0...10) ?? 0)
    settings.isAligned = try values["align"]?.choice(of: Alignment.self) != nil
    settings.filter = try values["filter"]?.choice() ?? .bilinear
    settings.maximum = try values["maximum"]?.integer(in: 1...1000) ?? settings.maximum
    if settings.isAligned {
      if let node = values["margin"] ?? values["filter"] {
        throw node.error("\(node.path) can't be beside 'align', which says what is cut out")
      }
      let objects = parameters.inputTypes.count > 1 ? parameters.inputTypes[1] : nil
      if let objects, objects.fits(Detections.portType), objects.meaning?.contains("keypoints") != true {
        throw (values["align"] ?? parameters.node).error(
          "\(values["align"]?.path ?? "'align'") needs objects with key points, and the detector gives none")
      }
    }
    return Stage.crop(settings, name: parameters.name)
  }

  private enum Alignment: String, CaseIterable {
    case fivePoints = "five-points"
  }
}

/// The operation of a stage that cuts objects out.
struct CropOperation: Sendable {
  let settings: CropSettings
}

extension Stage {
  /// A photograph's pixels, and the objects in it → pixels of each object.
  static func crop(_ settings: CropSettings, name: String = "crop") -> Stage {
    let pool = PixelPool()
    return Stage(
      name,
      inputs: [Port("pixels", .pixels()), Port("objects", Detections.portType)],
      outputs: [
        Port(
          "crops", .pixels(height: settings.height, width: settings.width), rate: .upTo(settings.maximum))
      ],
      implementations: [
        Implementation("cpu", on: .cpu) { _ in CropInstance(settings, pool: pool) }
      ], operation: CropOperation(settings: settings))
  }
}

private final class CropInstance: StageInstance {
  private let cropper: ObjectCropper
  private let maximum: Int
  private let pool: PixelPool

  init(_ settings: CropSettings, pool: PixelPool) {
    cropper = ObjectCropper(settings, pool: pool)
    maximum = settings.maximum
    self.pool = pool
  }

  func fire(_ firing: Firing) throws {
    let objects = try firing.input(1, as: Detections.self).objects.prefix(maximum)
    guard !objects.isEmpty else { return }
    let photograph = try firing.pixels().upright(pool: pool)
    for object in objects { firing.emit(try cropper.crop(object, of: photograph)) }
  }
}
