/// How large an image may be, enforced on the header, before anything is allocated; and how long its decoding may take.
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
  /// Time of one decoding; looked at between rows of blocks or of pixels, and in WebP between pieces of 1 MiB.
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
