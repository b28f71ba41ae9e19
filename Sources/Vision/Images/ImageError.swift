import Basics
import Dataflow

/// An error that refuses an image. Each is the sender's mistake, except `outOfMemory` and `wrongRegion`.
public enum ImageError: Error, Equatable, Sendable, CustomStringConvertible {
  case empty
  case unknownFormat(firstBytes: [UInt8])
  case tooManyBytes(count: Int, limit: Int)
  case tooManyPixels(width: Int, height: Int, limit: Int)
  /// The data ends before the image does.
  case truncated(ImageFormat, String)
  /// The data contradicts itself.
  case corrupt(ImageFormat, String)
  /// A valid image of an unsupported kind.
  case unsupported(ImageFormat, String)
  /// Decoding exceeded its time limit.
  case tooSlow(limitSeconds: Double)
  case outOfMemory
  /// The pixels were decoded for another crop than the resize's: a programming error.
  case wrongRegion

  public var description: String {
    switch self {
    case .empty:
      "empty image: 0 bytes"
    case .unknownFormat(let bytes):
      "not a JPEG, PNG or WebP: it begins with the bytes \(bytes.map(hexadecimal).joined(separator: " "))"
    case .tooManyBytes(let count, let limit):
      "image of \(count.counted("byte")): the limit is \(limit)"
    case .tooManyPixels(let width, let height, let limit):
      "image of \(width) × \(height) pixels: the limit is \(limit) pixels"
    case .truncated(let format, let reason):
      "truncated \(format): \(reason)"
    case .corrupt(let format, let reason):
      "corrupt \(format): \(reason)"
    case .unsupported(let format, let reason):
      "unsupported \(format): \(reason)"
    case .tooSlow(let seconds):
      "image takes more than \(seconds) s to decode: the limit; send it smaller, or not progressive"
    case .outOfMemory:
      "not enough memory to decode the image"
    case .wrongRegion:
      "the decoded pixels do not cover the crop: decoded for another geometry or filter"
    }
  }
}

private func hexadecimal(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16, uppercase: true)
  return digits.count == 1 ? "0" + digits : digits
}
