import Foundation

enum PNGEncoder {
  static func encode(_ pixels: PixelBuffer) throws -> Data { Data() }
}
