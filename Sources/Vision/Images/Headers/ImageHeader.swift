import Basics
import Dataflow

/// The properties of an image in its header, parsed without allocation and within the limits.
public struct ImageHeader: Sendable, Equatable {
  public let format: ImageFormat
  /// Size in pixels, as stored.
  public let width: Int
  public let height: Int
  public let orientation: Orientation
  public let coding: ImageCoding

  /// JPEG's segments before the first scan, or PNG's and WebP's chunks. More are refused, so that a header of
  /// any file is parsed within some milliseconds; 64 MiB in chunks of 1 KiB have as many.
  static let maximumParts = 65_536

  /// Parses the header up to the size and the orientation, in time linear in the number of segments or
  /// chunks, and not in their sizes.
  ///
  /// A header that promises more than its file can hold is refused as `truncated`.
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
      case .webp: ImageFrame(try WebPContents(parsing: bytes))
      }
    // Sizes have at most 31 bits, so the product does not overflow.
    guard frame.width * frame.height <= limits.maximumPixels else {
      throw .tooManyPixels(width: frame.width, height: frame.height, limit: limits.maximumPixels)
    }
    guard bytes.count >= frame.leastBytes else {
      throw .truncated(
        format,
        "\(frame.width) × \(frame.height) pixels take at least \(frame.leastBytes.counted("byte")); \(bytes.count) came"
      )
    }
    self.format = format
    width = frame.width
    height = frame.height
    orientation = frame.orientation
    coding = frame.coding
  }

  /// Size of the upright image, pixels.
  public var displayedWidth: Int { orientation.transposes ? height : width }
  public var displayedHeight: Int { orientation.transposes ? width : height }
}

/// The coding of pixels within a format; decoding times differ greatly between codings.
public enum ImageCoding: Sendable, Hashable {
  /// From top to bottom.
  case sequential
  /// In passes over the whole image: a progressive JPEG, an interlaced PNG.
  case progressive
  /// A lossless WebP.
  case lossless
}

/// The result of a format's parser.
struct ImageFrame {
  var width: Int
  var height: Int
  var orientation = Orientation.up
  var coding = ImageCoding.sequential
  /// The fewest bytes of a file with so many pixels in this format.
  var leastBytes = 0
}

extension ImageFrame {
  init(_ contents: WebPContents) {
    self.init(
      width: contents.width, height: contents.height, orientation: contents.metadata.orientation,
      coding: contents.isLossless ? .lossless : .sequential)
  }
}
