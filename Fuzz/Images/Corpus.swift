import Foundation
import JPEGWriter
import TestSupport

/// Real images, and the damaged ones that are made from them.
struct Corpus {
  struct Missing: Error, CustomStringConvertible {
    var description: String { ".deps/images/variants is missing: run Scripts/setup" }
  }

  /// Of one format each, of which each is as likely.
  private let families: [[[UInt8]]]

  /// Every small image that set-up makes, of each format; and JPEGs of unusual sampling.
  static func load() throws -> Corpus {
    let folder = URL(filePath: #filePath).appending(path: "../../../.deps/images/variants")
      .standardizedFileURL
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let images = try names.sorted()
      .filter { ["jpg", "png", "webp"].contains(URL(filePath: $0).pathExtension) }
      .map { Array(try Data(contentsOf: folder.appending(path: $0))) }
      .filter { $0.count < 120_000 }
    guard !images.isEmpty else { throw Missing() }
    let families = Dictionary(grouping: images + unusualJPEGs()) { $0[0] }
    return Corpus(families: families.sorted { $0.key < $1.key }.map(\.value))
  }

  private static func unusualJPEGs() -> [[UInt8]] {
    var random = SeededGenerator(seed: 3)
    return (0..<200).compactMap { _ in
      func factors() -> (Int32, Int32, Int32, Int32) {
        let (first, other) = (
          Int32.random(in: 1...4, using: &random), Int32.random(in: 1...2, using: &random)
        )
        return (first, other, other, first)
      }
      let order = jpeg_writer_order(.random(in: 0...3, using: &random))
      var options = jpeg_writer_options(
        width: .random(in: 1...120, using: &random), height: .random(in: 1...120, using: &random),
        components: [1, 3, 3, 4].randomElement(using: &random)!, horizontal: factors(), vertical: factors(),
        order: order, restart_interval: [0, 0, 5].randomElement(using: &random)!, quality: 80)
      var bytes: UnsafeMutablePointer<UInt8>?
      let count = jpeg_writer_write(&options, &bytes)
      defer { free(bytes) }
      return bytes.map { Array(UnsafeBufferPointer(start: $0, count: count)) }
    }
  }

  /// Input number `index`; depends on nothing but its arguments.
  func input(_ index: UInt64, seed: UInt64) -> [UInt8] {
    var random = SeededGenerator(seed: Int(bitPattern: UInt(seed &* 0x9E37_79B9_7F4A_7C15 ^ index)))
    _ = random.next()
    func image() -> [UInt8] { families.randomElement(using: &random)!.randomElement(using: &random)! }
    var bytes = image()
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      Mutation.allCases.randomElement(using: &random)!
        .apply(to: &bytes, other: image(), using: &random)
    }
    return bytes
  }
}
