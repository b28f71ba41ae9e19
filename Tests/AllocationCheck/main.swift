// Checks that training allocates nothing once it is warm, however long it goes on. Only optimised code is so, since
// what isn't specialised allocates at every turn; hence this is a program:
//
//     swift run -c release allocation-check

import AllocationCounter
import Foundation
import Reinforcement

let small = "hidden: [16, 16]\nbatch_size: 16\n"
let experiments = [
  "dqn": small + "algorithm: dqn\nenvironment: CartPole-v1\ntarget_update_interval: 100\n",
  "dqn with everything": small
    + "algorithm: dqn\nenvironment: Acrobot-v1\ndouble: true\ndueling: true\nn_step: 3\ntrain_freq: 6\n",
  "ddpg": small + "algorithm: ddpg\nenvironment: Pendulum-v1\nnoise_type: ornstein-uhlenbeck\n",
  "ddpg with two threads":
    "algorithm: ddpg\nenvironment: Pendulum-v1\nhidden: [256, 256]\nbatch_size: 64\nthreads: 2\n",
  "td3": small + "algorithm: td3\nenvironment: MountainCarContinuous-v0\n",
]
let settings = """
  steps: 100000
  log_freq: 1000000
  buffer_size: 500
  learning_starts: 100
  """

var isRight = true
for (name, yaml) in experiments.sorted(by: { $0.key < $1.key }) {
  let trainer = try Trainer(Experiment(yaml: yaml + settings, file: "\(name).yaml"))
  func allocations(until step: Int) throws -> Int64 {
    let before = allocation_count()
    try trainer.train(until: step)
    return allocation_count() - before
  }
  _ = try allocations(until: 1_200)
  // What remains is what a call of `train` takes.
  let (few, many) = (try allocations(until: 2_200), try allocations(until: 5_200))
  print("\(name): \(few) allocations in 1,000 steps, \(many) in 3,000")
  if few != many { isRight = false }
}
exit(isRight ? 0 : 1)
