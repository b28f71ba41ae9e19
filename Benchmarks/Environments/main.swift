// What a step of each environment costs through `VectorEnvironment`: nanoseconds of the thread's own time per
// environment and step, random actions, episodes begun anew included. Medians of rounds that take turns.
//
//     swift run -c release bench-environments [rounds] [--only NAME] [--steps N]

import Foundation
import Kernels
import Reinforcement

let arguments = CommandLine.arguments
func option(_ name: String) -> String? {
  arguments.firstIndex(of: name).flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil }
}
let rounds = arguments.dropFirst().first.flatMap { Int($0) } ?? 15
let steps = option("--steps").flatMap { Int($0) } ?? 200_000
let only = option("--only")

/// Nanoseconds that this thread has run: what others do on the machine counts less than on a clock.
func threadTime() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// Random actions, made beforehand, are taken again and again.
final class Measurement {
  let label: String
  private let vector: VectorEnvironment
  private let actions: [Matrix]
  private var samples: [Double] = []

  init(_ vector: VectorEnvironment) {
    self.vector = vector
    let count = vector.count
    label = "\(vector.id), n = \(count)"
    var random = RandomStream(seed: 7, purpose: "actions")
    let space = vector.actionSpace
    actions = (0..<1024).map { _ in
      let matrix = Matrix(rows: count, columns: space.size)
      for row in 0..<count {
        for column in 0..<space.size {
          switch space {
          case .discrete(let choices): matrix.view[row, column] = Float(random.integer(below: choices))
          case .continuous(let box):
            matrix.view[row, column] = Float(
              random.uniform(Double(box.low[column]), Double(box.high[column])))
          }
        }
      }
      return matrix
    }
    vector.reset(seed: 1)
  }

  func round() {
    let views = actions.map(\.view)
    let turns = max(steps / vector.count, views.count)
    let start = threadTime()
    for turn in 0..<turns { vector.step(views[turn & 1023]) }
    samples.append(Double(threadTime() - start) / Double(turns * vector.count))
  }

  func report() {
    let sorted = samples.sorted()
    let figures = String(
      format: "%8.1f ns  (%.1f to %.1f)", sorted[sorted.count / 2], sorted[0], sorted[sorted.count - 1])
    print(label.padding(toLength: 34, withPad: " ", startingAt: 0), figures)
  }
}

var vectors = try EnvironmentRegistry.names.flatMap { name in
  try [1, 32].map { try EnvironmentRegistry.make(name, count: $0) }
}
vectors += [1, 32].map { VectorEnvironment(Idle(), count: $0) }
let measurements = vectors.filter { only == nil || only == $0.id }.map(Measurement.init)
for measurement in measurements { measurement.round() }  // To warm up; counts too.
for _ in 0..<rounds { for measurement in measurements { measurement.round() } }
for measurement in measurements { measurement.report() }
