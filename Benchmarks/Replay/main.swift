// What keeping and drawing transitions costs: nanoseconds for an insertion, microseconds for a uniform minibatch from
// a full table. Medians of many short rounds, most of which no other process interrupts, and the spread from the
// fastest to the slowest.
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

print("\(capacity) transitions, the table full")
for shape in shapes {
  let table = try ReplayTable(
    capacity: capacity, observationSize: shape.observation, actionSize: shape.action)
  let observations = (0..<2048).map { _ in Float.random(in: -1...1) }
  let filling = ContinuousClock().measure {
    observations.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      for i in 0..<capacity {
        let place = start + (i & 1023)
        table.insert(
          observation: place, action: place + 1, reward: 1, discount: 0.99, nextObservation: place + 4)
      }
    }
  }
  let bytes = ReplayTable.bytesNeeded(
    capacity: capacity, observationSize: shape.observation, actionSize: shape.action)
  print("\(shape.name): \(bytes >> 20) MiB, filled from empty in \(filling)")

  measure("  insertion", operations: 20_000, unit: "ns") {
    observations.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      for i in 0..<20_000 {
        let place = start + (i & 1023)
        table.insert(
          observation: place, action: place + 1, reward: 1, discount: 0.99, nextObservation: place + 4)
      }
    }
  }
  let batch = Minibatch(capacity: 32, observationSize: shape.observation, actionSize: shape.action)
  measure("  insertion, 32 at once", operations: 32_000, unit: "ns") {
    for _ in 0..<1000 {
      table.insert(
        observations: batch.observations.view, actions: batch.actions.view, rewards: batch.rewards,
        discounts: batch.discounts, nextObservations: batch.nextObservations.view)
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
  let small = try ReplayTable(
    capacity: 256, observationSize: shape.observation, actionSize: shape.action)
  small.insert(
    observations: batch.observations.view, actions: batch.actions.view, rewards: batch.rewards,
    discounts: batch.discounts, nextObservations: batch.nextObservations.view)
  let minibatch = Minibatch(
    capacity: 256, observationSize: shape.observation, actionSize: shape.action)
  measure("  the same from a table in the cache", operations: 200, unit: "µs") {
    for _ in 0..<200 { small.sample(into: minibatch, count: 256, using: &random) }
  }
}
