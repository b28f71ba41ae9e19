// Overwrites a checkpoint again and again, beginning with the number that is given, until it is killed:
//
//     checkpoint-loop PATH FIRST
//
// The checkpoint number n says n steps in its metadata and holds a million floats, each n.

import Reinforcement

let arguments = CommandLine.arguments
guard arguments.count == 3, let first = Int(arguments[2]) else { fatalError("checkpoint-loop PATH FIRST") }
for number in first... {
  let metadata = CheckpointMetadata(
    experiment: "", algorithm: "", environment: "", steps: number, updates: 0, seed: 0, programVersion: "")
  var writer = try CheckpointWriter(path: arguments[1], metadata: metadata)
  let floats = Array(repeating: Float(number), count: 1_000_000)
  floats.withUnsafeBufferPointer { writer.put("floats", floats: $0) }
  try writer.finish()
}
