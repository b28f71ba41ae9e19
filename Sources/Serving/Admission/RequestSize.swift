import Vision

/// The properties of a request that its service time depends on, as far as they are known beforehand.
struct RequestSize: Sendable, Hashable {
  /// Bytes of the body, or of an image among several.
  var bytes: Int
  /// An image's format by its header, or by the media type before that is here; `nil` for tensors.
  var format: ImageFormat?
  /// Pixels of an image whose header is here.
  var pixels: Int?
  var coding: ImageCoding?

  /// The size without an image's header.
  init(bytes: Int, format: ImageFormat? = nil) {
    self.bytes = bytes
    self.format = format
  }

  /// The size that a request's head announces.
  init(bytes: Int, mediaType: String) {
    self.init(
      bytes: bytes, format: ImageFormat.allCases.first { mediaType.hasPrefix("image/\($0.rawValue)") })
  }

  /// The size with an image's header.
  init(bytes: Int, image: ImageHeader) {
    self.init(bytes: bytes, format: image.format)
    pixels = image.displayedWidth * image.displayedHeight
    coding = image.coding
  }

  /// A class of requests with similar service times: of one format, and within a factor of two in pixels, or
  /// in bytes where pixels aren't known.
  struct Class: Sendable, Hashable {
    let format: ImageFormat?
    let coding: ImageCoding?
    let isInPixels: Bool
    /// The exponent of the power of two.
    var exponent: Int
  }

  var `class`: Class {
    Class(
      format: format, coding: coding, isInPixels: pixels != nil,
      exponent: Int.bitWidth - 1 - max(pixels ?? bytes, 1).leadingZeroBitCount)
  }

  /// The size as it was before the header was here.
  var announced: RequestSize { RequestSize(bytes: bytes, format: format) }
}
