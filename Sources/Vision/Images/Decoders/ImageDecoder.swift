import Kernels

/// A decoder of an image, or of the part that a crop needs, to RGB pixels.
///
/// It keeps its libraries' allocations from one image to the next. One thread at a time uses a decoder;
/// several decoders may run on several threads and share a pool.
public final class ImageDecoder {
  public let limits: ImageLimits
  public let pool: PixelPool
  private let jpeg: JPEGDecoder
  private let png = PNGDecoder()
  private let webp = WebPDecoder()

  public init(limits: ImageLimits = ImageLimits(), pool: PixelPool = PixelPool()) {
    self.limits = limits
    self.pool = pool
    jpeg = JPEGDecoder(maximumScans: limits.maximumScans)
  }

  /// Decodes `bytes`, whose parsed header is `header`.
  ///
  /// - Parameters:
  ///   - geometry: the crop to be made of it; only the pixels that it depends on are decoded. `nil`: the whole
  ///     image, upright and at full size.
  ///   - filter: the filter that the crop will be resized with; it decides how many pixels around the crop count.
  ///   - scale: `exact` gives the same pixels as decoding the whole image would; so does `auto` for filters that don't count
  ///     every pixel, of which a reduced image gives others.
  /// - Returns: pixels as stored, unless `geometry` is `nil`; `ImageResizer` turns them upright.
  /// - Throws: `ImageError.tooSlow` soon after `limits.maximumDecodeSeconds`.
  public func decode(
    _ bytes: UnsafeRawBufferPointer, header: ImageHeader, for geometry: CropGeometry?,
    filter: ResizeFilter = .bilinear, scale: DecodeScale = .auto
  ) throws(ImageError) -> PixelBuffer {
    let deadline = DecodeDeadline.after(seconds: limits.maximumDecodeSeconds)
    guard let geometry else {
      var request = DecodeRequest.whole(header)
      request.deadline = deadline
      let pixels = try decode(bytes, header: header, request)
      return try pixels.upright(pool: pool)
    }
    let window = geometry.window(width: header.width, height: header.height, orientation: header.orientation)
    let isReduced = scale == .auto && filter.isAntialiased
    let denominator = isReduced ? Self.denominator(for: header, shortSide: geometry.shortSide) : 1
    let request = DecodeRequest(
      columns: window.columns.sources(filter: filter, denominator: denominator),
      rows: window.rows.sources(filter: filter, denominator: denominator), denominator: denominator,
      deadline: deadline)
    return try decode(bytes, header: header, request)
  }

  func decode(
    _ bytes: UnsafeRawBufferPointer, header: ImageHeader, _ request: DecodeRequest
  ) throws(ImageError) -> PixelBuffer {
    switch header.format {
    case .jpeg: try jpeg.decode(bytes, header: header, request, pool: pool)
    case .png: try png.decode(bytes, header: header, request, pool: pool)
    case .webp: try webp.decode(bytes, header: header, request, pool: pool)
    }
  }

  /// The largest reduction that leaves a short side of at least `margin` times the target's. JPEG only; the
  /// reductions in between (3/8, 5/8, …) cost as much as no reduction.
  ///
  /// The margin bounds the mean difference from full decoding, which is 3.6 levels of 255 on detailed
  /// photographs without one, 2.4 with this one, 1.3 with 2; a step less of reduction costs an eighth more
  /// time.
  static func denominator(for header: ImageHeader, shortSide: Int) -> Int {
    header.format == .jpeg
      ? denominator(shortestSide: min(header.width, header.height), shortSide: shortSide) : 1
  }

  /// The same for a JPEG of this size.
  static func denominator(shortestSide: Int, shortSide: Int) -> Int {
    let margin = 1.25
    let short = Double(shortestSide)
    return [8, 4, 2].first { short / Double($0) >= margin * Double(shortSide) } ?? 1
  }
}

/// The pixels to decode, half-open ranges of the image reduced by `denominator`, and the deadline.
struct DecodeRequest {
  let columns: Range<Int>
  let rows: Range<Int>
  let denominator: Int
  var deadline = DecodeDeadline.none

  static func whole(_ header: ImageHeader) -> DecodeRequest {
    DecodeRequest(columns: 0..<header.width, rows: 0..<header.height, denominator: 1)
  }

  /// The region of a buffer that holds the request, beginning at column `x`.
  func region(of header: ImageHeader, x: Int) -> PixelRegion {
    PixelRegion(
      imageWidth: header.width, imageHeight: header.height, orientation: header.orientation,
      denominator: denominator, x: x, y: rows.lowerBound)
  }
}
