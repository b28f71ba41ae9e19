import Basics
import Foundation
import TestSupport

/// One kind of attack.
struct Phase: Sendable {
  let name: String
  /// Its part of the time.
  var weight = 1.0
  /// What makes the server have all that it keeps by design; beside a short run, which is made anyway.
  var warmUp: @Sendable (Target) throws -> Void = { _ in }
  let run: @Sendable (PhaseRun) throws -> Void

  static let all: [Phase] = [
    .tokens, .floods, .smuggling, .slow, .unread, .oversized, .http1, .http2, .grpc, .images, .yaml,
  ]
}

/// A phase as it goes on: what it attacks, for how long, and what came of it. Any thread may tell it.
final class PhaseRun: @unchecked Sendable {
  // Sendable: `lock` guards what changes.
  let target: Target
  let isShort: Bool
  let seconds: Double
  private let seed: Int
  private let end: Date
  private let pinger: Pinger?
  private let lock = NSLock()
  private var counted: [String: Int] = [:]
  private var broken: [String: Int] = [:]
  private var longestSilence = 0.0

  /// Seconds after which something doesn't come any more; fewer than the server's own patience.
  static let patience = 30.0
  /// How long the event loop may be silent.
  private static let longestSilence = 0.1

  /// - Parameter pinger: that knows for how long the event loop was silent; `nil` if that doesn't matter.
  init(_ target: Target, _ options: Options, seconds: Double, _ pinger: Pinger? = nil) {
    self.target = target
    self.pinger = pinger
    isShort = options.isShort
    seed = options.seed
    self.seconds = seconds
    end = Date.now + seconds
  }

  var counts: [String: Int] { lock.withLock { counted } }
  /// How often each thing broke.
  var problems: [String: Int] { lock.withLock { broken } }
  var silence: Double { lock.withLock { longestSilence } }
  var hasTime: Bool { Date.now < end && !target.server.process.hasEnded }

  func count(_ what: String, _ number: Int = 1) { lock.withLock { counted[what, default: 0] += number } }

  func expect(_ isRight: Bool, _ problem: @autoclosure () -> String) {
    guard !isRight else { return }
    let problem = problem()
    lock.withLock { broken[problem, default: 0] += 1 }
  }

  /// Looks whether the event loop was silent since this was looked last, and others had answers.
  func checkSilence(_ what: String) {
    guard let pinger else { return }
    let silence = pinger.takeLongest()
    lock.withLock { longestSilence = max(longestSilence, silence) }
    if !isShort {
      expect(
        silence <= Self.longestSilence, "the event loop was silent for more than 100 ms \(what)")
    }
    for problem in pinger.takeProblems() { expect(false, problem) }
  }

  /// Repeats something until the time is over, once at least.
  ///
  /// - Parameters:
  ///   - threads: that do it at once.
  ///   - body: given random numbers that follow from the seed, the thread and the round.
  func rounds(threads: Int = 1, _ body: @escaping @Sendable (inout SeededGenerator) throws -> Void) throws {
    let results = concurrently(threads) { [self] thread in
      var round = 0
      repeat {
        var random = SeededGenerator(seed: (seed &* 1000 &+ thread) &* 1_000_000 &+ round)
        try body(&random)
        round += 1
      } while hasTime
    }
    for result in results { try result.get() }
  }

  /// All of a list; in a short run some of it, which the seed chooses.
  func some<Element>(_ all: [Element], every: Int = 4) -> [Element] {
    isShort ? all.enumerated().filter { $0.offset % every == abs(seed) % every }.map(\.element) : all
  }
}
