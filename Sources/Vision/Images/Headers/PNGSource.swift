import Basics
import CSPNG
import Glibc
import Planning

/// A PNG file in pieces that libspng reads: valid chunks of a file, and chunks made for it.
final class PNGSource {
  private enum Piece {
    /// Outlives the source.
    case borrowed(UnsafeRawBufferPointer)
    case owned([UInt8])

    var count: Int {
      switch self {
      case .borrowed(let bytes): bytes.count
      case .owned(let bytes): bytes.count
      }
    }

    func copy(_ range: Range<Int>, to destination: UnsafeMutableRawPointer) {
      switch self {
      case .borrowed(let bytes): memcpy(destination, bytes.baseAddress! + range.lowerBound, range.count)
      case .owned(let bytes):
        bytes.withUnsafeBytes { _ = memcpy(destination, $0.baseAddress! + range.lowerBound, range.count) }
      }
    }
  }

  private var pieces: [Piece] = [.owned([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])]
  /// The piece of the next byte.
  private var piece = 0
  private var offset = 0

  /// Appends a file's chunk; with a computed checksum where the file ends within its own.
  func append(_ chunk: PNGChunks.Chunk, as type: PNGChunkType) {
    if let whole = chunk.whole {
      pieces.append(.borrowed(whole))
    } else {
      pieces.append(.owned(Self.number(chunk.payload.count) + Self.number(type.rawValue)))
      pieces.append(.borrowed(chunk.payload))
      pieces.append(.owned(Self.number(PNGChecksum.of(type, chunk.payload))))
    }
  }

  func append(_ type: PNGChunkType, _ payload: [UInt8]) {
    let checksum = payload.withUnsafeBytes { PNGChecksum.of(type, $0) }
    pieces.append(
      .owned(Self.number(payload.count) + Self.number(type.rawValue) + payload + Self.number(checksum)))
  }

  private static func number(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// Lets libspng read the file while the closure runs.
  func serve<Result, Failure: Error>(
    to context: OpaquePointer, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    // This fails for a context that already has a source.
    _ = spng_set_png_stream(
      context,
      { _, source, destination, count in
        guard let source, let destination else { return Int32(SPNG_IO_ERROR.rawValue) }
        let isThere = Unmanaged<PNGSource>.fromOpaque(source).takeUnretainedValue().read(
          count, to: destination)
        return isThere ? 0 : Int32(SPNG_IO_EOF.rawValue)
      }, Unmanaged.passUnretained(self).toOpaque())
    return try body()
  }

  private func read(_ count: Int, to destination: UnsafeMutableRawPointer) -> Bool {
    var done = 0
    while done < count {
      guard piece < pieces.count else { return false }
      let part = min(count - done, pieces[piece].count - offset)
      if part > 0 { pieces[piece].copy(offset..<offset + part, to: destination + done) }
      done += part
      offset += part
      if offset == pieces[piece].count {
        piece += 1
        offset = 0
      }
    }
    return true
  }
}

/// The checksum of chunks (PNG 1.2, appendix 15).
enum PNGChecksum {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
  }

  static func of(_ type: PNGChunkType, _ payload: UnsafeRawBufferPointer) -> Int {
    table.withUnsafeBufferPointer { table in
      func advance(_ sum: UInt32, _ byte: UInt8) -> UInt32 {
        table[Int((sum ^ UInt32(byte)) & 0xFF)] ^ sum >> 8
      }
      let start = [24, 16, 8, 0].reduce(0xFFFF_FFFF as UInt32) {
        advance($0, UInt8(truncatingIfNeeded: type.rawValue >> $1))
      }
      return Int(~payload.reduce(start, advance))
    }
  }
}
