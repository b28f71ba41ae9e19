import Basics
import Dataflow
import Foundation
import Kernels
import Planning

extension StageKind {
  /// Compressed bytes → pixels. If only a resize follows, only the pixels of its crop are decoded.
  ///
  /// Keys: `scale` (`auto`: a JPEG is decoded at the reduced size nearest above the network's, `exact`: at
  /// full size), `maximum_pixels` (of an image as stored; not above what Drivetrain takes at all),
  /// `maximum_seconds` (that decoding an image may take).
  static let decode = StageKind("decode", keys: ["scale", "maximum_pixels", "maximum_seconds"]) {
    parameters in
    var scale: DecodeScale = try parameters.values["scale"]?.choice() ?? .auto
    if let override = parameters.overrides["scale"].flatMap(DecodeScale.init(rawValue:)) { scale = override }
    var limits = ImageLimits()
    if let pixels = try parameters.values["maximum_pixels"]?.integer(in: 1...limits.maximumPixels) {
      limits.maximumPixels = pixels
    }
    if let seconds = try parameters.values["maximum_seconds"]?.number(in: 0.001...3600) {
      limits.maximumDecodeSeconds = seconds
    }
    var target: ResizeSettings?
    if parameters.consumers.count == 1, parameters.consumers[0].kind == StageKind.resize.name {
      target = try ResizeSettings(parameters.consumers[0].values)
    }
    return Stage.decode(for: target, scale: scale, limits: limits, name: parameters.name)
  }
}

extension Stage {
  /// Compressed bytes → pixels.
  ///
  /// - Parameter target: the resize that follows, if nothing else needs the pixels.
  public static func decode(
    for target: ResizeSettings?, scale: DecodeScale = .auto, limits: ImageLimits = ImageLimits(),
    name: String = "decode"
  ) -> Stage {
    let pool = PixelPool()
    return Stage(
      name,
      inputs: [Port("image", .encodedImage)],
      outputs: [Port("pixels", .pixels())],
      implementations: [
        Implementation("native", on: .cpu) { _ in
          DecodeInstance(decoder: ImageDecoder(limits: limits, pool: pool), target: target, scale: scale)
        }
      ], work: { DecodeWork($0, for: target, scale: scale)?.work })
  }
}

private final class DecodeInstance: StageInstance {
  private let decoder: ImageDecoder
  private let target: ResizeSettings?
  private let scale: DecodeScale

  init(decoder: ImageDecoder, target: ResizeSettings?, scale: DecodeScale) {
    self.decoder = decoder
    self.target = target
    self.scale = scale
  }

  func fire(_ firing: Firing) throws {
    let image = try firing.input(as: EncodedImage.self)
    let (width, height, limit) = (image.header.width, image.header.height, decoder.limits.maximumPixels)
    guard width * height <= limit else {
      throw ImageError.tooManyPixels(width: width, height: height, limit: limit)
    }
    let pixels: Result<PixelBuffer, ImageError> = image.data.withUnsafeBytes { bytes in
      Result { () throws(ImageError) in
        try decoder.decode(
          bytes, header: image.header, for: target?.geometry, filter: target?.filter ?? .bilinear,
          scale: scale)
      }
    }
    firing.emit(try pixels.get())
  }
}
