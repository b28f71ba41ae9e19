import CJPEG
import Foundation

/// Writes JPEGs: baseline, 4:2:0, by libjpeg-turbo.
enum JPEGEncoder {
  /// - Parameters:
  ///   - pixels: in the host's memory.
  ///   - quality: libjpeg's, 1…100.
  /// - Throws: `ImageError.outOfMemory`, also for more than JPEG can have: 65,500 pixels a side.
  static func encode(_ pixels: PixelBuffer, quality: Int = 90) throws(ImageError) -> Data {
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    let isWritten = cjpeg_encode(
      pixels.mutablePixels, UInt32(pixels.width), UInt32(pixels.height), Int32(quality), &bytes, &count)
    withExtendedLifetime(pixels) {}
    guard isWritten, let bytes else { throw .outOfMemory }
    return Data(bytesNoCopy: bytes, count: count, deallocator: .free)
  }
}
