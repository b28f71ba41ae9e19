import Testing

@testable import fuzz_images

/// The beginning of what the program `fuzz-images` does at length: damaged images are refused, nothing crashes.
@Suite struct FuzzTests {
  @Test func damagedImagesAreRefused() throws {
    let corpus = try Corpus.load()
    let harness = Harness()
    for index in 0..<2000 as Range<UInt64> { harness.run(corpus.input(index, seed: 2026), number: index) }
    #expect(harness.inputs == 2000)
    // All kinds of failure occur, so the inputs are worth something; some images survive their damage.
    for kind in [
      "decoded", "drawn", "truncated JPEG", "corrupt JPEG", "truncated PNG", "corrupt PNG", "truncated WebP",
    ] {
      #expect(harness.outcomes[kind, default: 0] > 0, "\(kind) in \(harness.report)")
    }
    // Mistakes of ours, not of the sender's.
    #expect(harness.mistakes.isEmpty, "\(harness.report)")
    #expect(harness.outcomes["wrong region"] == nil && harness.outcomes["out of memory"] == nil)
  }

  @Test func inputsDependOnTheirNumberAlone() throws {
    let corpus = try Corpus.load()
    #expect(corpus.input(7, seed: 1) == corpus.input(7, seed: 1))
    #expect(corpus.input(7, seed: 1) != corpus.input(8, seed: 1))
    #expect(corpus.input(7, seed: 1) != corpus.input(7, seed: 2))
  }
}
