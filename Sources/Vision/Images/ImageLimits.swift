/// Limits of an image's size, checked on the header before any allocation, and of its decoding time.
///
/// Memory follows from `maximumPixels`: at most 3 bytes a pixel for the result, and inside of the decoder
/// up to 8 bytes a pixel more for a progressive JPEG and 4 for a lossless WebP.
public struct ImageLimits: Sendable, Equatable {
  /// Compressed bytes.
  public var maximumBytes: Int
  /// Width times height, as stored.
  public var maximumPixels: Int
  /// Passes over the image in a progressive JPEG (usual encoders make about 10). Each takes time
  /// proportional to the pixels, however few its bytes are.
  public var maximumScans: Int
  /// Maximum decoding time, checked between rows of blocks or pixels; in WebP, between pieces of 1 MiB.
  public var maximumDecodeSeconds: Double

  public init(
    maximumBytes: Int = 64 << 20, maximumPixels: Int = 64 << 20, maximumScans: Int = 32,
    maximumDecodeSeconds: Double = 10
  ) {
    self.maximumBytes = maximumBytes
    self.maximumPixels = maximumPixels
    self.maximumScans = maximumScans
    self.maximumDecodeSeconds = maximumDecodeSeconds
  }
}
