import Foundation
import TestSupport

/// Files taken apart and put together otherwise, as other programs write them.
enum ImageSurgery {
  /// A segment behind the start of a JPEG.
  static func jpeg(_ data: Data, segment marker: UInt8, _ payload: Data) -> Data {
    let length = payload.count + 2
    return data.prefix(2) + Data([0xFF, marker, UInt8(length >> 8), UInt8(length & 255)]) + payload
      + data.dropFirst(2)
  }

  struct Chunk {
    var type: String
    var payload: Data
  }

  static func chunks(ofPNG data: Data) -> [Chunk] {
    var chunks: [Chunk] = []
    var rest = data.dropFirst(8)
    while rest.count >= 12 {
      let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      let body = rest.dropFirst(4).prefix(4 + length)
      chunks.append(
        Chunk(type: String(decoding: body.prefix(4), as: UTF8.self), payload: Data(body.dropFirst(4))))
      rest = rest.dropFirst(12 + length)
    }
    return chunks
  }

  static func png(_ chunks: [Chunk]) -> Data {
    chunks.reduce(Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])) {
      $0 + PNGFile.chunk($1.type, $1.payload)
    }
  }

  /// A PNG with more chunks in front of its image data.
  static func png(_ data: Data, adding more: Chunk...) -> Data {
    let chunks = chunks(ofPNG: data)
    let place = chunks.firstIndex { $0.type == "IDAT" } ?? 0
    return png(chunks[..<place] + more + chunks[place...])
  }

  /// The first chunk of a simple WebP: the image.
  static func image(ofWebP data: Data) -> Chunk {
    let length = data[16..<20].reversed().reduce(0) { $0 << 8 | Int($1) }
    return Chunk(type: String(decoding: data[12..<16], as: UTF8.self), payload: Data(data[20..<20 + length]))
  }

  static func webp(_ chunks: [Chunk]) -> Data {
    let body = chunks.reduce(Data("WEBP".utf8)) { $0 + riff($1) }
    return Data("RIFF".utf8) + little(body.count, 4) + body
  }

  /// A WebP of these pixels with flags and chunks of the extended format.
  static func extended(
    flags: UInt8, width: Int, height: Int, _ chunks: [Chunk]
  ) -> Data {
    webp(
      [Chunk(type: "VP8X", payload: Data([flags, 0, 0, 0]) + little(width - 1, 3) + little(height - 1, 3))]
        + chunks)
  }

  /// A frame of an animation.
  static func frame(_ image: Chunk, x: Int = 0, y: Int = 0, width: Int, height: Int) -> Chunk {
    let place = [x / 2, y / 2, width - 1, height - 1, 100].reduce(Data()) { $0 + little($1, 3) }
    return Chunk(type: "ANMF", payload: place + Data([0]) + riff(image))
  }

  private static func riff(_ chunk: Chunk) -> Data {
    Data(chunk.type.utf8) + little(chunk.payload.count, 4) + chunk.payload
      + Data(count: chunk.payload.count % 2)
  }

  static func little(_ value: Int, _ count: Int) -> Data {
    Data((0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })
  }

  // MARK: - EXIF

  /// A TIFF structure with one entry for the orientation, its values in the entry or behind the directory.
  static func tiff(type: Int, count: Int, values: Data, isLittleEndian: Bool, before: Data = Data()) -> Data {
    func number(_ value: Int, _ count: Int) -> Data {
      isLittleEndian ? little(value, count) : Data(little(value, count).reversed())
    }
    let entries = 1 + before.count / 12
    let isInside = values.count <= 4
    let field = isInside ? values + Data(count: 4 - values.count) : number(8 + 2 + 12 * entries + 4, 4)
    return Data((isLittleEndian ? "II" : "MM").utf8) + number(42, 2) + number(8, 4) + number(entries, 2)
      + before
      + number(0x0112, 2) + number(type, 2) + number(count, 4) + field + number(0, 4)
      + (isInside ? Data() : values)
  }

  static func jpeg(_ data: Data, exif: Data) -> Data {
    jpeg(data, segment: 0xE1, Data("Exif\0\0".utf8) + exif)
  }

  static func jpeg(_ data: Data, xmp: String) -> Data {
    jpeg(data, segment: 0xE1, Data("http://ns.adobe.com/xap/1.0/\0".utf8) + Data(xmp.utf8))
  }

  /// EXIF as ImageMagick writes it into a text.
  static func rawProfile(_ exif: Data) -> Data {
    let bytes = Data("Exif\0\0".utf8) + exif
    let digits = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
    let lines = stride(from: 0, to: digits.count, by: 36).map {
      digits[$0..<min($0 + 36, digits.count)].joined()
    }
    return Data("\nexif\n    \(bytes.count)\n\(lines.joined(separator: "\n"))\n".utf8)
  }
}
