// What keeping and drawing transitions costs: nanoseconds for a step's way from the actor's block through the
// accumulator into the table, as training takes it; microseconds for a uniform minibatch from a full table. Medians of
// many short rounds, most of which no other process interrupts, and the spread from the fastest to the slowest.
//
//     swift run -c release bench-replay [rounds] [--capacity N]

import Foundation
import Kernels
import Reinforcement

let arguments = CommandLine.arguments
let rounds = arguments.dropFirst().first.flatMap { Int($0) } ?? 201
let capacity =
  arguments.firstIndex(of: "--capacity").flatMap { $0 + 1 < arguments.count ? Int(arguments[$0 + 1]) : nil }
  ?? 1_000_000

/// Prints the median of `rounds` rounds, each of `operations` operations.
func measure(_ name: String, operations: Int, unit: String, _ body: () -> Void) {
  let clock = ContinuousClock()
  body()
  var samples = (0..<rounds).map { _ -> Double in
    let time = clock.measure(body).components
    let nanoseconds = Double(time.attoseconds) / 1e9 + Double(time.seconds) * 1e9
    return nanoseconds / Double(operations) / (unit == "µs" ? 1000 : 1)
  }
  samples.sort()
  print(
    name.padding(toLength: 44, withPad: " ", startingAt: 0),
    String(
      format: "%8.2f \(unit)  (%.2f to %.2f)", samples[samples.count / 2], samples[0],
      samples[samples.count - 1]))
}

struct Shape {
  let name: String
  let observation: Int
  let action: Int
}

let shapes = [
  Shape(name: "CartPole", observation: 4, action: 1), Shape(name: "Pendulum", observation: 3, action: 1),
  Shape(name: "HalfCheetah", observation: 17, action: 6),
]

/// Steps that are inserted at once, as with `train_freq: 256`.
let blockSize = 256

/// Inserts `steps` steps, a block at a time.
func insert(_ steps: Int, _ block: StepBlock, by accumulator: NStepAccumulator, into table: ReplayTable) {
  for begin in stride(from: 0, to: steps, by: blockSize) {
    for _ in begin..<min(begin + blockSize, steps) { block.append(StepBlock.Outcome(reward: 1)) }
    block.insert(into: table, by: accumulator)
  }
}

print("\(capacity) transitions, the table full")
for shape in shapes {
  func makeTable(capacity: Int) throws -> ReplayTable {
    try ReplayTable(capacity: capacity, observationSize: shape.observation, actionSize: shape.action)
  }
  func makeAccumulator(steps: Int) -> NStepAccumulator {
    NStepAccumulator(
      steps: steps, discount: 0.99, environments: 1, observationSize: shape.observation,
      actionSize: shape.action)
  }
  let block = StepBlock(
    capacity: blockSize,
    spaces: Spaces(
      observation: BoxSpace(size: shape.observation, low: -1, high: 1),
      action: .continuous(BoxSpace(size: shape.action, low: -1, high: 1))))
  for matrix in [block.observations.view, block.actions.view, block.nextObservations.view] {
    for row in 0..<blockSize {
      for column in 0..<matrix.columns { matrix[row, column] = Float.random(in: -1...1) }
    }
  }

  let table = try makeTable(capacity: capacity)
  let single = makeAccumulator(steps: 1)
  let filling = ContinuousClock().measure { insert(capacity, block, by: single, into: table) }
  let bytes = ReplayTable.bytesNeeded(
    capacity: capacity, observationSize: shape.observation, actionSize: shape.action)
  print("\(shape.name): \(bytes >> 20) MiB, filled from empty in \(filling)")

  let operations = 80 * blockSize
  for (steps, accumulator) in [(1, single), (3, makeAccumulator(steps: 3))] {
    measure("  insertion, n_step \(steps)", operations: operations, unit: "ns") {
      insert(operations, block, by: accumulator, into: table)
    }
  }
  var random = RandomStream(seed: 1)
  for count in [64, 256] {
    let minibatch = Minibatch(
      capacity: count, observationSize: shape.observation, actionSize: shape.action)
    measure("  uniform sample of \(count)", operations: 200, unit: "µs") {
      for _ in 0..<200 { table.sample(into: minibatch, count: count, using: &random) }
    }
  }
  // What the sample would cost if memory were free.
  let small = try makeTable(capacity: blockSize)
  insert(blockSize, block, by: single, into: small)
  let minibatch = Minibatch(
    capacity: 256, observationSize: shape.observation, actionSize: shape.action)
  measure("  the same from a table in the cache", operations: 200, unit: "µs") {
    for _ in 0..<200 { small.sample(into: minibatch, count: 256, using: &random) }
  }
}
