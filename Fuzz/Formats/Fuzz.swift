import Foundation
import Planning
import TestSupport

/// Throws damaged inputs at one of the readers of what comes from outside, until something breaks.
///
///     fuzz TARGET [COUNT] [SEED] [FIRST]
///
/// Input number n of a target is the same for the same seed, whatever came before it: after a crash, `fuzz TARGET 1 SEED n` makes
/// that input alone; the last line before a crash names it to 10,000. Prints what came of the inputs, by kind; a crash, or an input
/// that takes longer than a second of the processor's time, is a failure. Images have a fuzzer of their own, `fuzz-images`.
@main struct Fuzz {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst()
    let numbers = arguments.dropFirst().map { UInt64($0) }
    guard let name = arguments.first, let make = FuzzTarget.all[name], !numbers.contains(nil) else {
      print("usage: fuzz \(FuzzTarget.all.keys.sorted().joined(separator: "|")) [COUNT] [SEED] [FIRST]")
      exit(2)
    }
    func number(_ index: Int, else other: UInt64) -> UInt64 {
      numbers.count > index ? numbers[index] ?? other : other
    }
    let first = number(2, else: 0)
    var run = FuzzRun(try await make(), seed: number(1, else: 1))
    for index in first..<first + number(0, else: 100_000) {
      if index % 10_000 == 0 { FileHandle.standardError.write(Data("input \(index)\n".utf8)) }
      await run.input(index)
    }
    print(run.report)
    exit(run.slowest.seconds > 1 ? 1 : 0)
  }
}
