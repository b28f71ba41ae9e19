import Foundation
import NIOCore
import NIOFoundationCompat

extension ByteBuffer {
  /// A part of the readable bytes, shared and not copied: a request's body is never written again.
  func shared(_ range: Range<Int>) -> Data {
    getData(at: readerIndex + range.lowerBound, length: range.count, byteTransferStrategy: .noCopy) ?? Data()
  }

  /// The same, of a part of the readable bytes as they were handed out.
  func shared(_ part: UnsafeRawBufferPointer, of bytes: UnsafeRawBufferPointer) -> Data {
    guard let base = bytes.baseAddress, let start = part.baseAddress else { return Data() }
    let offset = start - base
    return shared(offset..<(offset + part.count))
  }
}
