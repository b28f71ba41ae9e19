import Foundation
import Planning

/// An image as it arrived: compressed bytes, and their parsed header.
///
/// The header is parsed and checked against the limits before any allocation of the image's size, so the
/// format is known and the size acceptable. The pixels may still turn out to be corrupt.
public struct EncodedImage: Sendable {
  public let data: Data
  public let header: ImageHeader

  public init(_ data: Data, limits: ImageLimits = ImageLimits()) throws(ImageError) {
    let header: Result<ImageHeader, ImageError> = data.withUnsafeBytes { bytes in
      Result { () throws(ImageError) in try ImageHeader(parsing: bytes, limits: limits) }
    }
    self.header = try header.get()
    self.data = data
  }
}
