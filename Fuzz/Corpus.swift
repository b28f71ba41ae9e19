import Foundation

/// Real images, and the damaged ones that are made from them.
struct Corpus {
  struct Missing: Error, CustomStringConvertible {
    var description: String { ".deps/images/variants is missing: run Scripts/setup" }
  }

  private let images: [[UInt8]]

  /// Every small image that set-up makes, of each format.
  static func load() throws -> Corpus {
    let folder = URL(filePath: #filePath).appending(path: "../../.deps/images/variants").standardizedFileURL
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let images = try names.sorted()
      .filter { ["jpg", "png", "webp"].contains(URL(filePath: $0).pathExtension) }
      .map { Array(try Data(contentsOf: folder.appending(path: $0))) }
      .filter { $0.count < 120_000 }
    guard !images.isEmpty else { throw Missing() }
    return Corpus(images: images)
  }

  /// Input number `index`; depends on nothing but its arguments.
  func input(_ index: UInt64, seed: UInt64) -> [UInt8] {
    var random = SplitMix64(seed: seed &* 0x9E37_79B9_7F4A_7C15 ^ index)
    _ = random.next()
    var bytes = images.randomElement(using: &random)!
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      Mutation.allCases.randomElement(using: &random)!
        .apply(to: &bytes, other: images.randomElement(using: &random)!, using: &random)
    }
    return bytes
  }
}

/// Steele, Lea and Flood 2014: fast, seedable, good enough to choose bytes with.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
