import Basics
import Foundation
import Planning
import TestSupport

/// Makes inputs of a target, has them read, and counts what came of them.
struct FuzzRun {
  private(set) var outcomes: [String: Int] = [:]
  /// By the processor's time.
  private(set) var slowest: (number: UInt64, seconds: Double) = (0, 0)

  private let target: FuzzTarget
  private let seed: UInt64

  init(_ target: FuzzTarget, seed: UInt64) {
    self.target = target
    self.seed = seed
  }

  /// Input number `index`; depends on nothing but the samples, the seed and its number.
  func bytes(_ index: UInt64) -> [UInt8] {
    var random = SeededGenerator(seed: Int(truncatingIfNeeded: seed &* 0x9E37_79B9_7F4A_7C15 ^ index))
    _ = random.next()
    let other = target.samples.randomElement(using: &random) ?? []
    var bytes = target.samples.randomElement(using: &random) ?? []
    // Some are as they were: what comes behind the readers is reached.
    if index % 32 != 0 { ByteMutation.damage(&bytes, other: other, using: &random) }
    return target.head + bytes
  }

  mutating func input(_ index: UInt64) async {
    let bytes = bytes(index)
    let begin = Self.processorTime()
    let outcome: String
    do { outcome = try await target.read(bytes, index) } catch { outcome = "\(type(of: error))" }
    let seconds = Self.processorTime() - begin
    outcomes[outcome, default: 0] += 1
    if seconds > slowest.seconds { slowest = (index, seconds) }
  }

  var report: String {
    let lines = outcomes.sorted { $0.value > $1.value }.map { "\($0.key): \($0.value)" }
    return
      (["\(outcomes.values.reduce(0, +)) inputs"] + lines
      + ["slowest: input \(slowest.number), \(Int(slowest.seconds * 1000)) ms"]).joined(separator: "\n")
  }

  private static func processorTime() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
}
