import Foundation

/// Attacks the built server beside it as hostile clients would, and looks whether it is as it was.
///
///     attack [--seconds S] [--seed N] [--only PHASE] [--short]
///
/// Phase after phase, for `--seconds` in all: see `Phase.all`. Then, and after each phase, the process must be alive, no request in
/// flight, memory at most 1.1 times what it was after a warm-up, its files closed, and at no time may its event loop have been silent
/// for more than 100 ms. Everything random follows from the seed, which is said with whatever broke. `--short` is for tests: every
/// phase, parts of the long lists, and no times. The exit code is 1 if something broke.
@main struct Attack {
  static func main() throws {
    guard let options = Options(CommandLine.arguments.dropFirst()) else {
      print(
        "usage: attack [--seconds S] [--seed N] [--only \(Phase.all.map(\.name).joined(separator: "|"))] [--short]"
      )
      exit(2)
    }
    exit(try Campaign(options).run() ? 0 : 1)
  }
}

struct Options {
  var seconds = 60.0
  var seed = 1
  /// One phase, for all of the time.
  var only: String?
  var isShort = false

  /// - Returns: `nil` if they can't be understood.
  init?(_ arguments: some Sequence<String>) {
    var rest = arguments.makeIterator()
    while let argument = rest.next() {
      switch argument {
      case "--short":
        isShort = true
        seconds = 6
      case "--seconds":
        guard let value = rest.next().flatMap({ Double($0) }), (1...86_400).contains(value) else {
          return nil
        }
        seconds = value
      case "--seed":
        guard let value = rest.next().flatMap({ Int($0) }) else { return nil }
        seed = value
      case "--only":
        guard let value = rest.next(), Phase.all.contains(where: { $0.name == value }) else { return nil }
        only = value
      default: return nil
      }
    }
  }
}
