import Foundation
import JPEGWriter
import OpenCL
import Planning
import TestSupport
import Testing

@testable import Vision

/// Files that other programs write, and files with damage that changes no pixel: what Pillow reads is read, to the same pixels.
@Suite struct PillowTests {
  private typealias Surgery = ImageSurgery

  /// A family of files by their names.
  private struct Family {
    private(set) var files: [String: Data] = [:]

    mutating func add(_ name: String, _ data: Data) { files[name] = data }

    /// What Pillow makes of each; `nil` for what it refuses.
    func pillow() throws -> [String: Picture?] {
      let folder = try TemporaryFolder()
      for (name, data) in files { try folder.write(data, to: name) }
      let script = try Repository.path("Tests/VisionTests/Images/pillow-reads")
      let python = try ChildProcess(Repository.path(".deps/python/bin/python"), [script, folder.path])
      let status = try python.wait()
      try #require(status == 0, "\(python.standardError)")
      var pictures: [String: Picture?] = [:]
      for line in python.standardOutput.split(separator: "\n") {
        let fields = line.split(separator: "\t").map(String.init)
        guard fields.count == 3, let width = Int(fields[1]), let height = Int(fields[2]) else {
          pictures[fields[0]] = .some(nil)
          continue
        }
        let pixels = try Data(contentsOf: URL(filePath: folder.path + "/" + fields[0] + ".rgb"))
        pictures[fields[0]] = Picture(width: width, height: height, pixels: Array(pixels))
      }
      return pictures
    }
  }

  private struct Picture: Equatable, CustomStringConvertible {
    let width: Int
    let height: Int
    let pixels: [UInt8]

    var description: String { "\(width) × \(height)" }

    init(width: Int, height: Int, pixels: [UInt8]) {
      (self.width, self.height, self.pixels) = (width, height, pixels)
    }

    init(_ data: Data) throws {
      let buffer = try ImageDecoder().decode(data, for: nil)
      self.init(width: buffer.width, height: buffer.height, pixels: buffer.array)
    }
  }

  private func check(_ family: Family, whole: Set<String> = []) throws {
    let pillow = try family.pillow()
    #expect(pillow.count == family.files.count)
    for (name, data) in family.files.sorted(by: { $0.key < $1.key }) {
      let ours = Result { try Picture(data) }
      switch (pillow[name] ?? nil, ours) {
      case (let theirs?, .success(let picture)): #expect(picture == theirs, "\(name)")
      case (let theirs?, .failure(let error)): Issue.record("\(name): \(error), but Pillow reads \(theirs)")
      case (nil, .success): #expect(whole.contains(name), "\(name): Pillow refuses it")
      case (nil, .failure(let error)): #expect(!whole.contains(name), "\(name): \(error)")
      }
    }
  }

  // MARK: - Orientation

  /// Every type that a value may have, one and several, in both orders of bytes, in and behind the directory.
  @Test func orientationOfAnyType() throws {
    let (jpeg, png, webp) = try Self.plain()
    var family = Family()
    for type in 0...18 {
      for isLittleEndian in [true, false] {
        for (value, count) in [(6, 1), (3, 2), (8, 3), (0, 1), (9, 1), (6, 0)] {
          let values = Self.values(type, value, count, isLittleEndian)
          let tiff = Surgery.tiff(type: type, count: count, values: values, isLittleEndian: isLittleEndian)
          let name = "type-\(type)-\(isLittleEndian ? "II" : "MM")-\(value)-\(count)"
          family.add(name + ".jpg", Surgery.jpeg(jpeg, exif: tiff))
          guard count == 1 else { continue }
          family.add(name + ".png", Surgery.png(png, adding: .init(type: "eXIf", payload: tiff)))
          family.add(
            name + ".webp",
            Surgery.extended(flags: 8, width: 48, height: 32, [webp, .init(type: "EXIF", payload: tiff)]))
        }
      }
    }
    try check(family)
  }

  /// A number of a type of TIFF, several times.
  private static func values(_ type: Int, _ value: Int, _ count: Int, _ isLittleEndian: Bool) -> Data {
    var data = Data()
    for _ in 0..<count {
      let one: [Data] =
        switch type {
        case 2: [Data("\(value)".utf8)]
        case 3, 8: [Surgery.little(value, 2)]
        case 4, 9, 13: [Surgery.little(value, 4)]
        case 5, 10: [Surgery.little(3 * value, 4), Surgery.little(3, 4)]
        case 11: [Surgery.little(Int(Float(value).bitPattern), 4)]
        case 12: [Surgery.little(Int(Double(value).bitPattern), 8)]
        case 16, 17, 18: [Surgery.little(value, 8)]
        default: [Surgery.little(value, 1)]
        }
      for part in one { data += isLittleEndian ? part : Data(part.reversed()) }
    }
    return data
  }

  /// Where else an orientation may be, which of two counts, and what is none.
  @Test func orientationElsewhere() throws {
    let (jpeg, png, webp) = try Self.plain()
    let six = Surgery.tiff(type: 3, count: 1, values: Data([6, 0]), isLittleEndian: true)
    let eight = Surgery.tiff(type: 3, count: 1, values: Data([8, 0]), isLittleEndian: true)
    let nothing = Surgery.tiff(type: 0, count: 1, values: Data([8, 0]), isLittleEndian: true)
    let attribute = #"<x:xmpmeta><rdf:Description tiff:Orientation="3"/></x:xmpmeta>"#
    let element = "<x:xmpmeta><tiff:Orientation>8</tiff:Orientation></x:xmpmeta>"
    let another = #"<a tiff:Orientations="1" tiff:Orientation='3' tiff:Orientation="6"/>"#
    var family = Family()
    for (name, xmp) in [
      ("attribute", attribute), ("element", element), ("another", another), ("none", "<x/>"),
    ] {
      family.add("xmp-\(name).jpg", Surgery.jpeg(jpeg, xmp: xmp))
      family.add("xmp-\(name)-and-exif.jpg", Surgery.jpeg(Surgery.jpeg(jpeg, xmp: xmp), exif: six))
      family.add("xmp-\(name)-and-other-exif.jpg", Surgery.jpeg(Surgery.jpeg(jpeg, xmp: xmp), exif: nothing))
      for (kind, text) in Self.texts("XML:com.adobe.xmp", Data(xmp.utf8)) {
        family.add("xmp-\(name)-\(kind).png", Surgery.png(png, adding: text))
        family.add(
          "xmp-\(name)-\(kind)-and-exif.png",
          Surgery.png(png, adding: text, .init(type: "eXIf", payload: six)))
      }
      family.add(
        "xmp-\(name).webp",
        Surgery.extended(
          flags: 4, width: 48, height: 32, [webp, .init(type: "XMP ", payload: Data(xmp.utf8))]))
      family.add(
        "xmp-\(name)-unflagged.webp",
        Surgery.extended(
          flags: 0, width: 48, height: 32, [webp, .init(type: "XMP ", payload: Data(xmp.utf8))]))
    }
    family.add("two-xmp.jpg", Surgery.jpeg(Surgery.jpeg(jpeg, xmp: attribute), xmp: element))
    for (kind, text) in Self.texts("Raw profile type exif", Surgery.rawProfile(six)) {
      family.add("raw-\(kind).png", Surgery.png(png, adding: text))
      family.add(
        "raw-\(kind)-and-exif.png", Surgery.png(png, adding: text, .init(type: "eXIf", payload: eight)))
    }
    let chunks = Surgery.chunks(ofPNG: png)
    family.add(
      "exif-behind.png",
      Surgery.png(chunks.dropLast() + [.init(type: "eXIf", payload: six), chunks[chunks.count - 1]]))
    family.add(
      "two-exif.png",
      Surgery.png(png, adding: .init(type: "eXIf", payload: six), .init(type: "eXIf", payload: eight)))
    family.add(
      "marked-exif.png", Surgery.png(png, adding: .init(type: "eXIf", payload: Data("Exif\0\0".utf8) + six)))
    family.add(
      "exif-unflagged.webp",
      Surgery.extended(flags: 0, width: 48, height: 32, [webp, .init(type: "EXIF", payload: six)]))
    family.add(
      "two-exif.webp",
      Surgery.extended(
        flags: 8, width: 48, height: 32,
        [webp, .init(type: "EXIF", payload: six), .init(type: "EXIF", payload: eight)]))
    // A value that lies outside ends the directory.
    let outside = Data([0x0F, 1, 2, 0, 99, 0, 0, 0, 0xFF, 0xFF, 0, 0])
    family.add(
      "value-outside.jpg",
      Surgery.jpeg(
        jpeg,
        exif: Surgery.tiff(type: 3, count: 1, values: Data([6, 0]), isLittleEndian: true, before: outside)))
    try check(family)
  }

  /// A text of a PNG, in each kind of chunk.
  private static func texts(_ keyword: String, _ text: Data) -> [(String, Surgery.Chunk)] {
    let (key, deflated) = (Data(keyword.utf8), PNGFile.deflated(Array(text)))
    return [
      ("tEXt", .init(type: "tEXt", payload: key + [0] + text)),
      ("zTXt", .init(type: "zTXt", payload: key + [0, 0] + deflated)),
      ("iTXt", .init(type: "iTXt", payload: key + [0, 0, 0, 0, 0] + text)),
      ("iTXt-deflated", .init(type: "iTXt", payload: key + [0, 1, 0, 0, 0] + deflated)),
    ]
  }

  /// A picture of 48 × 32 without any metadata, in each format.
  private static func plain() throws -> (jpeg: Data, png: Data, webp: Surgery.Chunk) {
    let factors = SamplingTests.Factors(horizontal: 1, vertical: 1)
    var file = JPEGFile(order: .init(0), components: 3, first: factors, other: factors)
    (file.width, file.height) = (48, 32)
    var raw: [UInt8] = []
    for y in 0..<32 { raw += [0] + (0..<48 * 3).map { UInt8(($0 * 3 + y * 5) % 256) } }
    let header = Data([0, 0, 0, 48, 0, 0, 0, 32, 8, 2, 0, 0, 0])
    let png = Surgery.png([
      .init(type: "IHDR", payload: header), .init(type: "IDAT", payload: PNGFile.deflated(raw)),
      .init(type: "IEND", payload: Data()),
    ])
    return (try #require(file.data), png, .init(type: "VP8L", payload: Self.webp))
  }

  /// 48 × 32 pixels, of which the upper left ones have another colour, lossless.
  private static let webp = Data([
    47, 47, 192, 7, 0, 15, 112, 15, 213, 11, 33, 31, 69, 102, 254, 67, 11, 106, 218, 54, 96, 194, 160, 252,
    209, 22, 192, 186,
    35, 250, 63, 1, 182, 128, 148, 15, 1,
  ])

  // MARK: - Damage that changes no pixel

  @Test func harmlessDamage() throws {
    var family = Family()
    var whole: Set<String> = []
    let trailers: [(String, Data)] = [
      ("bytes", Data([1, 2, 3])), ("text", Data("a trailer of some camera".utf8)),
      ("zeros", Data(count: 5000)),
      ("ones", Data(repeating: 0xFF, count: 700)), ("itself", Data()),
    ]
    for (name, path) in [
      ("baseline", "baseline-420.jpg"), ("progressive", "progressive.jpg"), ("restart", "restart.jpg"),
      ("rgb", "rgb.png"), ("interlaced", "rgb-interlaced.png"), ("palette", "palette.png"),
      ("lossy", "lossy.webp"),
      ("lossless", "lossless.webp"), ("alpha", "lossy-alpha.webp"),
    ] {
      let data = try TestImages.image("variants/" + path)
      let suffix = URL(filePath: path).pathExtension
      for (kind, trailer) in trailers {
        family.add("\(name)-\(kind).\(suffix)", data + (kind == "itself" ? data : trailer))
      }
      // Missing ends: of JPEG the end marker, of PNG the end chunk or some of it.
      if suffix == "jpg" {
        for (kind, trailer) in trailers where kind != "itself" {
          family.add("\(name)-no-end-\(kind).jpg", data.dropLast(2) + trailer)
          whole.insert("\(name)-no-end-\(kind).jpg")
        }
        family.add("\(name)-no-end.jpg", data.dropLast(2))
        whole.insert("\(name)-no-end.jpg")
      }
      if suffix == "png" { try addDamagedPNGs(name, data, to: &family, &whole) }
    }
    try check(family, whole: whole)
  }

  private func addDamagedPNGs(
    _ name: String, _ data: Data, to family: inout Family, _ whole: inout Set<String>
  ) throws {
    for missing in [1, 4, 8, 11, 12, 13, 16] {
      family.add("\(name)-less-\(missing).png", data.dropLast(missing))
    }
    family.add("\(name)-garbage-for-end.png", data.dropLast(12) + Data("garbage".utf8))
    // Chunks that say nothing about pixels, damaged or odd.
    for type in [
      "tEXt", "zTXt", "iTXt", "iCCP", "gAMA", "cHRM", "sRGB", "pHYs", "tIME", "bKGD", "hIST", "sBIT", "aaAa",
    ] {
      for (kind, payload) in [("empty", Data()), ("long", Data(repeating: 65, count: 3000))] {
        let file = "\(name)-\(type)-\(kind).png"
        family.add(file, ImageSurgery.png(data, adding: .init(type: type, payload: payload)))
        whole.insert(file)
      }
      let file = "\(name)-\(type)-checksum.png"
      var chunks = ImageSurgery.png(
        data, adding: .init(type: type, payload: Data([1, 2, 3, 0, 0, 0, 0, 0, 0])))
      let place = try #require(chunks.firstRange(of: Data(type.utf8)))
      chunks[place.upperBound + 9] ^= 1
      family.add(file, chunks)
      whole.insert(file)
    }
  }

  /// Palettes with too many and too few entries, and with parts of one.
  @Test(arguments: [1, 2, 4, 8]) func palettes(depth: Int) throws {
    var family = Family()
    let names = 1 << depth
    var raw: [UInt8] = []
    for y in 0..<20 {
      raw.append(0)
      var row = [UInt8](repeating: 0, count: (32 * depth + 7) / 8)
      for x in 0..<32 { row[x * depth / 8] |= UInt8((x + y) % names) << UInt8(8 - depth - x * depth % 8) }
      raw += row
    }
    for bytes in [3 * names, 3 * names + 1, 3 * names + 3, 3 * names + 5, 767, 768, 3 * 200]
    where bytes >= 3 * names && bytes <= 768 {
      let palette = Data((0..<bytes).map { UInt8(($0 * 37 + 11) % 256) })
      family.add(
        "\(bytes).png",
        ImageSurgery.png([
          .init(type: "IHDR", payload: Data([0, 0, 0, 32, 0, 0, 0, 20, UInt8(depth), 3, 0, 0, 0])),
          .init(type: "PLTE", payload: palette), .init(type: "IDAT", payload: PNGFile.deflated(raw)),
          .init(type: "IEND", payload: Data()),
        ]))
    }
    try check(family)
  }

  // MARK: - Animations

  /// An animation is its first frame on its canvas.
  @Test func animations() throws {
    var family = Family()
    let background = ImageSurgery.Chunk(type: "ANIM", payload: Data([255, 255, 255, 255, 0, 0]))
    for (name, path) in [("lossy", "lossy.webp"), ("lossless", "lossless.webp")] {
      let data = try TestImages.image("variants/" + path)
      let header = try data.withUnsafeBytes { try ImageHeader(parsing: $0) }
      let (width, height) = (header.width, header.height)
      let image = ImageSurgery.image(ofWebP: data)
      let frame = ImageSurgery.frame(image, width: width, height: height)
      family.add(
        "\(name)-one.webp",
        ImageSurgery.extended(flags: 2, width: width, height: height, [background, frame]))
      family.add(
        "\(name)-three.webp",
        ImageSurgery.extended(flags: 2, width: width, height: height, [background, frame, frame, frame]))
      let moved = ImageSurgery.frame(image, x: 6, y: 20, width: width, height: height)
      family.add(
        "\(name)-part.webp",
        ImageSurgery.extended(flags: 2, width: width + 31, height: height + 41, [background, moved, frame]))
    }
    try check(family)
  }

  /// Of a frame that covers a part of its canvas, a part.
  @Test func partOfAPartOfACanvas() throws {
    let data = try TestImages.image("variants/lossy.webp")
    let header = try data.withUnsafeBytes { try ImageHeader(parsing: $0) }
    let (width, height) = (header.width + 31, header.height + 41)
    let frame = ImageSurgery.frame(
      ImageSurgery.image(ofWebP: data), x: 6, y: 20, width: header.width, height: header.height)
    let animation = ImageSurgery.extended(flags: 2, width: width, height: height, [frame])
    let decoder = ImageDecoder()
    let canvas = try animation.withUnsafeBytes { try ImageHeader(parsing: $0) }
    let whole = try decoder.decode(animation, canvas, .whole(canvas))
    var random = SeededGenerator(seed: 4)
    for _ in 0..<100 {
      let request = DecodeRequest(
        columns: random.range(within: width), rows: random.range(within: height), denominator: 1)
      let decoder = ImageDecoder(pool: try .filled(with: 0xAA))
      #expect(RegionTests.differences(try decoder.decode(animation, canvas, request), whole, request) == 0)
    }
  }
}
