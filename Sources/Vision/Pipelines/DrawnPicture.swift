import Foundation

/// A photograph with an output drawn on it, as a file.
public enum DrawnPicture {
  /// What pictures are written as.
  public enum Format: String, Sendable, CaseIterable {
    case jpeg, png

    /// As HTTP calls it.
    public var mediaType: String { "image/\(rawValue)" }
    /// Of files' names.
    public var fileExtension: String { self == .jpeg ? "jpg" : rawValue }
  }

  /// The most bytes that a picture of an image takes.
  public static func maximumBytes(of image: EncodedImage, as format: Format) -> Int {
    let pixels = image.header.width * image.header.height
    // Noise takes 1.3 bytes a pixel as JPEG of this quality; a PNG may not become smaller at all.
    return 65_536 + (format == .jpeg ? 3 * pixels / 2 : 3 * pixels + pixels / 16)
  }

  /// Decodes the photograph at full size, upright, and draws on it.
  ///
  /// - Throws: `ImageError`.
  public static func draw(
    _ output: any TaskOutput, on image: EncodedImage, as format: Format, limits: ImageLimits = ImageLimits()
  ) throws -> Data {
    let decoder = ImageDecoder(limits: limits)
    let pixels = try image.data.withUnsafeBytes { try decoder.decode($0, header: image.header, for: nil) }
    let canvas = Canvas(pixels)
    output.draw(on: canvas)
    return switch format {
    case .jpeg: try JPEGEncoder.encode(pixels)
    case .png:
      try pixels.withPixels {
        try PNGEncoder.encode(UnsafeRawBufferPointer($0), .rgb8, width: pixels.width, height: pixels.height)
      }
    }
  }
}
