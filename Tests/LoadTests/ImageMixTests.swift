import Testing

@testable import Load

@Suite struct ImageMixTests {
  private func counts(_ mix: ImageMix, _ images: Int, of total: Int) -> [Int] {
    var (mix, counts) = (mix, [Int](repeating: 0, count: images))
    for _ in 0..<total { counts[mix.next()] += 1 }
    return counts
  }

  @Test func allEquallyOften() { #expect(counts(ImageMix(count: 3), 3, of: 300) == [100, 100, 100]) }

  @Test func byWeight() throws {
    let mix = try ImageMix(parsing: "large=0.1,small=0.6,medium=0.3", names: ["small", "medium", "large"])
    #expect(counts(mix, 3, of: 1000) == [600, 300, 100])
    // At every length, not only in the end.
    for length in stride(from: 10, through: 100, by: 10) {
      #expect(counts(mix, 3, of: length) == [6, 3, 1].map { $0 * length / 10 })
    }
  }

  @Test(arguments: [
    ("small", "NAME=WEIGHT"), ("", "NAME=WEIGHT"), ("small=0.5,", "NAME=WEIGHT"), ("small=x", "NAME=WEIGHT"),
    ("small=0,large=1", "above 0"), ("small=-1,large=1", "above 0"), ("small=inf,large=1", "above 0"),
    ("small=1,smal=1", "did you mean 'small'?"), ("small=1,small=2,large=1", "'small' twice"),
    ("small=1", "no weight for 'large'"), ("small=nan,large=1", "above 0"),
  ])
  func mistakes(text: String, says: String) throws {
    let error = try #require(throws: LoadError.self) {
      try ImageMix(parsing: text, names: ["small", "large"])
    }
    #expect(error.description.contains(says), "\(error)")
  }

  @Test func imagesOfOneName() throws {
    let error = try #require(throws: LoadError.self) { try ImageMix(parsing: "a=1", names: ["a", "a"]) }
    #expect(error.description.contains("two images are named 'a'"))
  }
}
