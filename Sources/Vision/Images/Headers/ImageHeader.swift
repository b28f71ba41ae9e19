/// What an image says about itself before it is decoded; parsed without allocation, and within the limits.
public struct ImageHeader: Sendable, Equatable {
  public let format: ImageFormat
  /// Pixels, as stored.
  public let width: Int
  public let height: Int
  public let orientation: Orientation

  /// Parses as much as is needed to know the size and the orientation, in time linear in the metadata.
  ///
  /// A header that promises more than its file can possibly hold is refused as `truncated`.
  public init(parsing bytes: UnsafeRawBufferPointer, limits: ImageLimits = ImageLimits()) throws(ImageError) {
    guard !bytes.isEmpty else { throw .empty }
    guard bytes.count <= limits.maximumBytes else {
      throw .tooManyBytes(count: bytes.count, limit: limits.maximumBytes)
    }
    guard let format = ImageFormat(startingWith: bytes) else {
      throw .unknownFormat(firstBytes: Array(bytes.prefix(8)))
    }
    let frame =
      switch format {
      case .jpeg: try JPEGHeader.parse(bytes)
      case .png: try PNGHeader.parse(bytes)
      case .webp: try WebPHeader.parse(bytes)
      }
    // Sizes have at most 31 bits, so the product does not overflow.
    guard frame.width * frame.height <= limits.maximumPixels else {
      throw .tooManyPixels(width: frame.width, height: frame.height, limit: limits.maximumPixels)
    }
    guard bytes.count >= frame.leastBytes else {
      throw .truncated(
        format,
        "\(frame.width) × \(frame.height) pixels take at least \(frame.leastBytes) bytes, there are \(bytes.count)"
      )
    }
    self.format = format
    width = frame.width
    height = frame.height
    orientation = frame.orientation
  }

  /// Upright.
  public var displayedWidth: Int { orientation.transposes ? height : width }
  public var displayedHeight: Int { orientation.transposes ? width : height }
}

/// What a format's parser found.
struct ImageFrame {
  var width: Int
  var height: Int
  var orientation = Orientation.up
  /// No file of fewer bytes can hold so many pixels in this format.
  var leastBytes = 0
}
