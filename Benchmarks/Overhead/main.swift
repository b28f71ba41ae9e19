// What the executors cost beyond the stages' own work: nanoseconds per stage invocation, per hand-over between
// placements, and per clock reading. Medians of several rounds.
//
//     swift run -c release bench-overhead [rounds] [--only NAME] [--iterations N]

import Basics
import Dataflow
import Foundation

let arguments = CommandLine.arguments
func option(_ name: String) -> String? {
  arguments.firstIndex(of: name).flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil }
}
let rounds = arguments.dropFirst().first.flatMap { Int($0) } ?? 9
let iterations = option("--iterations").flatMap { Int($0) } ?? 20_000
let only = option("--only")

/// Prints the median, and the spread from the fastest to the slowest round.
func measure(_ name: String, invocations: Int, _ body: () throws -> Void) rethrows {
  guard only == nil || only == name else { return }
  let clock = ContinuousClock()
  try body()
  var samples: [Double] = []
  for _ in 0..<rounds {
    let duration = try clock.measure(body)
    let nanoseconds =
      Double(duration.components.attoseconds) / 1e9 + Double(duration.components.seconds) * 1e9
    samples.append(nanoseconds / Double(invocations))
  }
  samples.sort()
  let padded = name.padding(toLength: 44, withPad: " ", startingAt: 0)
  print(
    padded,
    String(
      format: "%8.1f ns  (%.1f to %.1f)", samples[samples.count / 2], samples[0], samples[samples.count - 1]))
}

func passing(_ name: String) -> Stage { Stage(name) { (value: Int) in value &+ 1 } }

func chain(_ length: Int) throws -> Graph {
  try Graph("chain of \(length)", chain: (0..<length).map { passing("s\($0)") })
}

/// A source, stages in a row, and a sink: nothing enters and nothing leaves.
func closedChain(_ length: Int) throws -> Graph {
  let source = Stage(
    "first", inputs: [], outputs: [Port("out", PortType(Int.self))],
    implementations: [.cpu("cpu") { $0.emit(1) }])
  let sink = Stage(
    "last", inputs: [Port("in", PortType(Int.self))], outputs: [],
    implementations: [.cpu("cpu") { _ = try $0.input(as: Int.self) }])
  return try Graph("closed chain", chain: [source] + (2..<length).map { passing("s\($0)") } + [sink])
}

/// One stage whose output comes back to it: the smallest graph with state.
func loop() throws -> Graph {
  let stage = Stage(
    "count", inputs: [Port("state", PortType(Int.self))], outputs: [Port("next", PortType(Int.self))],
    implementations: [.cpu("cpu") { $0.emit(try $0.input(as: Int.self) &+ 1) }])
  return try Graph("loop", stages: [stage], edges: [Edge("count", "count", initialItems: [0])])
}

let time = MonotonicTime()
measure("clock reading", invocations: 1_000_000) {
  var sum: Nanoseconds = 0
  for _ in 0..<1_000_000 { sum &+= time.now }
  precondition(sum > 0)
}

for (label, recorder) in [("off", nil), ("on", Recorder())] {
  for length in [1, 5, 20] {
    let executor = try SequentialExecutor(chain(length), recorder: recorder)
    try measure("stage, item through \(length), recorder \(label)", invocations: iterations * length) {
      for value in 0..<iterations { _ = try executor.process(value) }
    }
  }
  for length in [2, 5, 20] {
    let executor = try SequentialExecutor(closedChain(length), recorder: recorder)
    try measure("stage, closed graph of \(length), recorder \(label)", invocations: iterations * length) {
      try executor.run(iterations: iterations)
    }
  }
  let executor = try SequentialExecutor(loop(), recorder: recorder)
  try measure("stage, loop with state, recorder \(label)", invocations: iterations) {
    try executor.run(iterations: iterations)
  }
}

for placements in [1, 2, 3] {
  let graph = try chain(placements)
  let executor = try Executor(graph, plan: Plan(graph.stages.map { Placement([$0.name]) }))
  try measure("item through \(placements) workers, one at a time", invocations: iterations) {
    let done = DispatchSemaphore(value: 0)
    for value in 0..<iterations {
      try executor.submit([value]) { _ in done.signal() }
      done.wait()
    }
  }
  try measure("item through \(placements) workers, queue full", invocations: iterations) {
    let done = DispatchSemaphore(value: 0)
    for value in 0..<iterations { try executor.submit([value]) { _ in done.signal() } }
    for _ in 0..<iterations { done.wait() }
  }
  executor.drain()
}
