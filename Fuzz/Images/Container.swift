import TestSupport

/// What holds an image's data; here to put more into it, and to make checksums right, so that damage gets further.
enum Container {
  case jpeg, png, webp

  init?(_ bytes: [UInt8]) {
    if bytes.starts(with: [0xFF, 0xD8]) {
      self = .jpeg
    } else if bytes.starts(with: [0x89, 0x50]) {
      self = .png
    } else if bytes.starts(with: Array("RIFF".utf8)) {
      self = .webp
    } else {
      return nil
    }
  }

  /// With EXIF, XMP or a text near its beginning, more or less well-formed.
  func insertMetadata(into bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
    let payload = Self.metadata(using: &random)
    switch self {
    case .jpeg:
      let marked =
        Array(Bool.random(using: &random) ? "Exif\0\0".utf8 : "http://ns.adobe.com/xap/1.0/\0".utf8) + payload
      return bytes[..<2] + [0xFF, 0xE1] + Self.big(marked.count + 2, 2) + marked + bytes[2...]
    case .png:
      guard bytes.count > 33 else { return bytes }
      let texts: [(String, [UInt8])] = [
        ("eXIf", []), ("tEXt", Array("Raw profile type exif\0\nexif\n 1\n".utf8)),
        ("zTXt", Array("Raw profile type exif\0\0\u{78}\u{1}\u{1}".utf8)),
        ("iTXt", Array("XML:com.adobe.xmp\0\0\0\0\0".utf8)),
        ("iTXt", Array("XML:com.adobe.xmp\0\u{1}\0\0\0\u{78}".utf8)),
      ]
      let (type, start) = texts.randomElement(using: &random)!
      let chunk =
        Self.big(start.count + payload.count, 4) + Array(type.utf8) + start + payload + [0, 0, 0, 0]
      return bytes[..<33] + chunk + bytes[33...]
    case .webp:
      let type = ["EXIF", "XMP "].randomElement(using: &random)!
      return bytes + Array(type.utf8) + Self.big(payload.count, 4).reversed() + payload
    }
  }

  private static func metadata(using random: inout SeededGenerator) -> [UInt8] {
    if Bool.random(using: &random) {
      return Array("<x tiff:Orientation=\"\(Int.random(in: 0...9, using: &random))\"/>".utf8)
    }
    var tiff = Array("MM\0\u{2A}\0\0\0\u{8}".utf8) + big(.random(in: 0...3, using: &random), 2)
    for _ in 0..<2 {
      tiff +=
        [1, 0x12] + big(.random(in: 0...18, using: &random), 2) + big(.random(in: 0...3, using: &random), 4)
      tiff += big(.random(in: 0...40, using: &random) << [0, 16].randomElement(using: &random)!, 4)
    }
    return tiff + (0..<16).map { _ in .random(in: 0...8, using: &random) }
  }

  /// Of a WebP's image, as the frame of an animation.
  static func animation(of bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
    guard bytes.count > 40 else { return bytes }
    let image = Array(bytes[12...])
    let sizes = (0..<6).map { _ in Int.random(in: 0...400, using: &random) }
    let frame = sizes[2...].flatMap { big($0 / 4, 3).reversed() } + [100, 0, 0, 0] + image
    let header: [UInt8] = [0x0E, 0, 0, 0] + sizes[..<2].flatMap { big($0 + 100, 3).reversed() }
    let body =
      Array("WEBPVP8X".utf8) + [10, 0, 0, 0] + header + Array("ANMF".utf8) + big(frame.count, 4).reversed()
      + frame
    return Array("RIFF".utf8) + big(body.count, 4).reversed() + body
  }

  /// Of a PNG's chunks, so far as they can be followed.
  static func repairChecksums(_ bytes: inout [UInt8]) {
    var position = 8
    while position + 12 <= bytes.count {
      let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      guard position + 12 + length <= bytes.count else { return }
      let end = position + 8 + length
      bytes.replaceSubrange(end..<end + 4, with: big(Int(PNGFile.checksum(bytes[position + 4..<end])), 4))
      position = end + 4
    }
  }

  private static func big(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
