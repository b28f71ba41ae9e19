import Vision

/// What the time of a request's work depends on, as far as that is known before it is done.
struct RequestSize: Sendable, Hashable {
  /// Of the body, or of an image among several.
  var bytes: Int
  /// What is said of an image by its header, or by the media type before it is here; `nil` for tensors.
  var format: ImageFormat?
  /// Of an image whose header is here.
  var pixels: Int?
  var coding: ImageCoding?

  /// What is known without an image's header.
  init(bytes: Int, format: ImageFormat? = nil) {
    self.bytes = bytes
    self.format = format
  }

  /// What a head says.
  init(bytes: Int, mediaType: String) {
    self.init(
      bytes: bytes, format: ImageFormat.allCases.first { mediaType.hasPrefix("image/\($0.rawValue)") })
  }

  /// What an image's header says.
  init(bytes: Int, image: ImageHeader) {
    self.init(bytes: bytes, format: image.format)
    pixels = image.displayedWidth * image.displayedHeight
    coding = image.coding
  }

  /// Requests of one class take similar times: of one format, and within a factor of two in size, which is
  /// pixels, or bytes where pixels aren't known.
  struct Class: Sendable, Hashable {
    let format: ImageFormat?
    let coding: ImageCoding?
    let isInPixels: Bool
    /// Of the power of two.
    var exponent: Int
  }

  var `class`: Class {
    Class(
      format: format, coding: coding, isInPixels: pixels != nil,
      exponent: Int.bitWidth - 1 - max(pixels ?? bytes, 1).leadingZeroBitCount)
  }

  /// The same as it was before the header was here.
  var announced: RequestSize { RequestSize(bytes: bytes, format: format) }
}
