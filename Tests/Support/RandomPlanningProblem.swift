import Dataflow
import Planning

extension PlanningProblem {
  /// A random problem: any shape of graph, up to three options on each device, some unknown, some that use several cores.
  package static func random(
    stages: Int, devices: Int, options: Int, using random: inout some RandomNumberGenerator
  ) -> PlanningProblem {
    var resources = (0..<devices).map { device in
      PlanningProblem.Resource(
        "d\(device)", capacity: device == 0 ? 4 : 1, activeWatts: Double.random(in: 5...200, using: &random),
        idleWatts: Double.random(in: 1...20, using: &random))
    }
    for device in 1..<max(devices, 1) {
      resources.append(PlanningProblem.Resource("link d\(device)", capacity: 1, isProcessor: false))
    }
    resources.append(PlanningProblem.Resource("cycle", capacity: 2, isProcessor: false))
    let cycle = resources.count - 1
    let workers = [1, 2, 4]
    let entries = (0..<stages).map { stage in
      let near = (max(0, stage - 3)..<stage).filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
      let sources = stage == 0 ? [] : Set(near + [stage - 1]).sorted()
      let choices = (0..<devices).flatMap { device in
        (0..<options).map { option in
          let seconds = Double.random(in: 1...20, using: &random)
          let cores = device == 0 && option == 1 ? 2.0 : 1.0
          var fetches: [String: PlanningProblem.Fetch] = [:]
          for source in 0..<devices where source != device && Int.random(in: 0..<8, using: &random) > 0 {
            fetches["d\(source)"] = PlanningProblem.Fetch(
              seconds: Double.random(in: 0...5, using: &random), resource: devices + max(source, device) - 1)
          }
          let batch =
            option == 1 ? Int.random(in: 0..<3, using: &random) == 0 ? 4 : 1 : stage % 3 == 1 ? 4 : 1
          let isAtOnce = Int.random(in: 0..<2, using: &random) == 0
          var choice = PlanningProblem.Option(
            device: "d\(device)", implementation: "i\(option)", processor: device,
            seconds: workers.map { workers in
              Int.random(in: 0..<20, using: &random) == 0 ? nil : seconds * (1 + 0.1 * Double(workers))
            })
          (choice.cores, choice.batch, choice.isAtOnce) = (cores, batch, isAtOnce)
          (choice.fetches, choice.feedbacks) = (fetches, fetches)
          return choice
        }
      }
      var entry = PlanningProblem.StageEntry("s\(stage)", sources: sources, options: choices)
      if stage > 0, Int.random(in: 0..<4, using: &random) == 0 {
        entry.feedback = [Int.random(in: 0..<stage, using: &random)]
      }
      entry.isSingle = Int.random(in: 0..<5, using: &random) == 0
      if Int.random(in: 0..<3, using: &random) == 0 { entry.cycles = [cycle] }
      return entry
    }
    var problem = PlanningProblem(stages: entries, resources: resources, workers: workers)
    problem.overhead = 0.1
    problem.energy = .modelled
    return problem
  }
}
