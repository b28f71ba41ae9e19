import Basics
import Dataflow
import Foundation
import Vision

/// A network loaded by an engine in a precision.
struct Subject: CustomStringConvertible {
  let name: String
  let session: any EngineSession

  static func all(model: String, threads: Int) throws -> [Subject] {
    try EngineVariant.all(model: model, threads: threads).map { variant in
      Subject(name: "\(variant.engine.name) \(variant.precision.rawValue)", session: try variant.session())
    }
  }

  var description: String { name.padding(toLength: 16, withPad: " ", startingAt: 0) }

  func scores(_ tensor: Tensor) throws -> [Float] {
    let scores = try session.run([tensor])[0]
    return withExtendedLifetime(scores) { Array(scores.data) }
  }
}

/// Medians: milliseconds of a run, runs per second of all callers together.
struct Times {
  let latency: Double
  let throughput: Double
}

/// Runs the subjects in turns: in each round, each by all callers at once, `runs` times by each of them.
func measure(
  _ subjects: [Subject], shape: [Int], callers: Int, runs: Int, rounds: Int
) throws -> [(Subject, Times)] {
  let inputs = try (0..<callers).map { _ in
    let tensor = try Tensor(shape: shape)
    for index in tensor.data.indices { tensor.data[index] = Float(index % 255) / 128 - 1 }
    return tensor
  }
  for subject in subjects { for _ in 0..<callers { try subject.session.reserve() } }
  var latencies = subjects.map { _ in [Double]() }
  var throughputs = latencies
  let clock = MonotonicTime()
  for round in 0...rounds {
    for (index, subject) in subjects.enumerated() {
      let begin = clock.now
      let times = concurrently(callers) { caller in
        (0..<runs).map { _ in
          let begin = clock.now
          guard (try? subject.session.run([inputs[caller]])) != nil else { return .nan }
          return Double(clock.now - begin) / 1_000_000
        }
      }
      let seconds = Double(clock.now - begin) / 1_000_000_000
      // The first round, and the first run of each turn, warm up.
      guard round > 0 else { continue }
      latencies[index] += times.flatMap { $0.dropFirst() }
      throughputs[index].append(Double(callers * runs) / seconds)
    }
  }
  return zip(subjects, zip(latencies, throughputs)).map {
    ($0, Times(latency: $1.0.median, throughput: $1.1.median))
  }
}

/// What `body` gives for each caller, all called at the same time.
private func concurrently(_ callers: Int, _ body: @Sendable (Int) -> [Double]) -> [[Double]] {
  let results = UnsafeMutableBufferPointer<[Double]>.allocate(capacity: callers)
  results.initialize(repeating: [])
  defer { results.deinitialize().deallocate() }
  // Each caller writes an element of its own.
  nonisolated(unsafe) let elements = results
  DispatchQueue.concurrentPerform(iterations: callers) { elements[$0] = body($0) }
  return Array(results)
}

extension [Double] {
  fileprivate var median: Double { sorted()[count / 2] }
}

extension Double {
  func formatted(_ factor: Double = 1, decimals: Int) -> String {
    String(format: "%.\(decimals)f", self * factor)
  }
}

extension [Float] {
  /// The class of the greatest score.
  var best: Int { indices.max { self[$0] < self[$1] } ?? 0 }

  /// The greatest difference of scores, in units of the greatest of the others.
  func difference(to other: [Float]) -> Float {
    (zip(self, other).map { abs($0 - $1) }.max() ?? 0) / (other.map(abs).max() ?? 1)
  }
}
