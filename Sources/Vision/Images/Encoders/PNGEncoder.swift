import CSPNG
import Foundation

/// Writes pixels as PNG, by libspng: losslessly, rows from top to bottom.
public enum PNGEncoder {
  /// What a pixel is.
  public enum Samples: Sendable, Hashable {
    /// A byte.
    case grey8
    /// Two bytes in the machine's order.
    case grey16
    /// Three bytes: red, green, blue.
    case rgb8

    /// Bytes of a pixel.
    var size: Int {
      switch self {
      case .grey8: 1
      case .grey16: 2
      case .rgb8: 3
      }
    }
  }

  /// - Parameters:
  ///   - bytes: `width · height` pixels, without padding.
  ///   - level: zlib's effort, 0…9.
  /// - Throws: `ImageError.outOfMemory`; `.unsupported` for an image without pixels.
  public static func encode(
    _ bytes: UnsafeRawBufferPointer, _ samples: Samples, width: Int, height: Int, level: Int = 3
  ) throws(ImageError) -> Data {
    precondition(bytes.count == samples.size * width * height, "as many bytes as pixels take")
    guard let context = spng_ctx_new(Int32(SPNG_CTX_ENCODER.rawValue)) else { throw .outOfMemory }
    defer { spng_ctx_free(context) }
    let colour = samples == .rgb8 ? SPNG_COLOR_TYPE_TRUECOLOR : SPNG_COLOR_TYPE_GRAYSCALE
    var header = spng_ihdr(
      width: UInt32(width), height: UInt32(height), bit_depth: samples == .grey16 ? 16 : 8,
      color_type: UInt8(colour.rawValue), compression_method: 0, filter_method: 0, interlace_method: 0)
    // Runs of a map's equal pixels are shortest as they are; neighbours of others are similar.
    let filter = samples == .grey8 ? SPNG_FILTER_CHOICE_NONE : SPNG_FILTER_CHOICE_UP
    try check(spng_set_option(context, SPNG_ENCODE_TO_BUFFER, 1))
    try check(spng_set_option(context, SPNG_IMG_COMPRESSION_LEVEL, Int32(level)))
    try check(spng_set_option(context, SPNG_FILTER_CHOICE, Int32(filter.rawValue)))
    try check(spng_set_ihdr(context, &header))
    try check(
      spng_encode_image(
        context, bytes.baseAddress, bytes.count, Int32(SPNG_FMT_PNG.rawValue),
        Int32(SPNG_ENCODE_FINALIZE.rawValue)))
    var (count, result) = (0, Int32(0))
    guard let encoded = spng_get_png_buffer(context, &count, &result) else { throw .outOfMemory }
    return Data(bytesNoCopy: encoded, count: count, deallocator: .free)
  }

  private static func check(_ result: Int32) throws(ImageError) {
    guard result != 0 else { return }
    guard result != Int32(SPNG_EMEM.rawValue) else { throw .outOfMemory }
    throw .unsupported(.png, String(cString: spng_strerror(result)))
  }
}
