import Foundation
import Planning

/// An image as it arrived: compressed bytes, and what their header says.
///
/// The header is parsed and checked against the limits before anything of the image's size is allocated, so an
/// `EncodedImage` is of a known format and a bearable size. Its pixels may still turn out to be corrupt.
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
