import Foundation

/// Throws damaged images at the image path until something breaks.
///
///     fuzz-images [COUNT] [SEED] [FIRST]
///
/// The inputs are made from the images of Scripts/setup. Input number n is the same for the same seed, whatever
/// came before it: after a crash, `fuzz-images 1 SEED n` makes that input alone. Prints what came of the inputs, by
/// kind; a crash, or an input that takes longer than a second, is a failure.
///
/// With libFuzzer, which looks for inputs that reach new code (arguments are its own, a folder of images first):
/// `swift build --product fuzz-images --scratch-path .build-libfuzzer -Xswiftc -sanitize=fuzzer
/// -Xswiftc -use-ld=lld -Xswiftc -DLIBFUZZER -Xcc -fsanitize=fuzzer-no-link`.
/// With AddressSanitizer: `swift build --product fuzz-images --sanitize address --scratch-path .build-asan`.
@main struct FuzzImages {
  static func main() throws {
    #if LIBFUZZER
      exit(LibFuzzer.run())
    #else
      try run()
    #endif
  }

  private static func run() throws {
    let numbers = CommandLine.arguments.dropFirst().map { UInt64($0) }
    guard !numbers.contains(nil) else {
      print("usage: fuzz-images [COUNT] [SEED] [FIRST]")
      exit(2)
    }
    let count = numbers.count > 0 ? numbers[numbers.startIndex]! : 100_000
    let seed = numbers.count > 1 ? numbers[numbers.startIndex + 1]! : 1
    let first = numbers.count > 2 ? numbers[numbers.startIndex + 2]! : 0

    let corpus = try Corpus.load()
    let harness = Harness()
    for index in first..<first + count {
      // Written before the input runs: the last line before a crash names it.
      if index % 10_000 == 0 { FileHandle.standardError.write(Data("input \(index)\n".utf8)) }
      harness.run(corpus.input(index, seed: seed), number: index)
    }
    print(harness.report)
    exit(harness.slowest.duration > .seconds(1) ? 1 : 0)
  }
}
