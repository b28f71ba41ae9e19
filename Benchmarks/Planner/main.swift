// How long planning takes: random problems of growing size, for each objective. The goal is 100 ms for 8 stages on 4 devices.
//
//     swift run -c release bench-planner
import Basics
import Dataflow
import Planning
import TestSupport

func milliseconds(_ body: () -> Void) -> Double {
  let begin = MonotonicTime().now
  body()
  return Double(MonotonicTime().now - begin) / 1e6
}

print("planning, ms: median and longest of 40 random problems, 2 options a device")
for (stages, devices) in [(4, 2), (8, 2), (8, 4), (12, 4)] {
  for objective in Objective.allCases {
    var random = SeededGenerator(seed: 6)
    var (times, inexact) = ([Double](), 0)
    for _ in 0..<40 {
      let problem = PlanningProblem.random(stages: stages, devices: devices, options: 2, using: &random)
      var isExact = true
      times.append(
        milliseconds { isExact = PlanSearch(problem: problem, objective: objective).best()?.isExact ?? true })
      if !isExact { inexact += 1 }
    }
    times.sort()
    print(
      "\(stages) stages, \(devices) devices, \(objective): \(times[20]) and \(times[39])"
        + (inexact > 0 ? ", \(inexact) not proven exact" : ""))
  }
}
