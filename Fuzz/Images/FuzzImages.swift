import Foundation

/// Throws damaged images at the image path until something breaks.
///
///     fuzz-images [COUNT] [SEED] [FIRST] [FILE]
///
/// The inputs are made from the images of Scripts/setup. Input number n is the same for the same seed, whatever
/// came before it: after a crash, `fuzz-images 1 SEED n FILE` makes that input alone, and writes it to the file. Prints what came of the inputs, by
/// kind; a crash, a pixel that depends on what was in memory, or an input that takes longer than a second, is a failure.
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
    let numbers = CommandLine.arguments.dropFirst().prefix(3).map { UInt64($0) }
    let file = CommandLine.arguments.dropFirst(4).first
    guard !numbers.contains(nil) else {
      print("usage: fuzz-images [COUNT] [SEED] [FIRST] [FILE]")
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
      let input = corpus.input(index, seed: seed)
      if let file { try Data(input).write(to: URL(filePath: file)) }
      harness.run(input, number: index)
    }
    print(harness.report)
    exit(harness.slowest.duration > .seconds(1) || !harness.mistakes.isEmpty ? 1 : 0)
  }
}
