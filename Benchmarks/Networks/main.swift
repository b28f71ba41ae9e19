import Glibc
import Kernels
import Reinforcement

// What an update of a network costs, against what the processor could do: the floating-point work of its layers,
// divided by the time it takes, divided by the best rate of a matrix product measured in the same run at the shapes
// of the same layers. Figures are the least of many rounds, which take turns; one thread.
//
//     swift run -c release bench-networks [ROUNDS]

let rounds = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 200 : 200
print("kernels: \(MatrixKernel.fastest); the least of \(rounds) rounds, microseconds")
for setting in [
  Setting(input: 4, hidden: [64, 64], output: 2, batch: 64),
  Setting(input: 4, hidden: [256, 256], output: 2, batch: 64),
  Setting(input: 4, hidden: [256, 256], output: 2, batch: 256),
  Setting(input: 4, hidden: [400, 300], output: 1, batch: 256),
] {
  UpdateTiming(setting).run(rounds: rounds)
}
