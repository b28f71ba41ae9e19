import TestSupport
import Testing

@testable import Dataflow
@testable import Planning

struct PlanSearchTests {
  @Test(arguments: Objective.allCases)
  func findsWhatExhaustiveSearchFinds(objective: Objective) {
    var random = SeededGenerator(seed: 4)
    for round in 0..<300 {
      var problem = PlanningProblem.random(
        stages: Int.random(in: 1...4, using: &random), devices: Int.random(in: 1...2, using: &random),
        options: Int.random(in: 1...2, using: &random), using: &random)
      // Every other time with numbers of workers that are asked for.
      for stage in problem.stages.indices where round.isMultiple(of: 2) {
        problem.stages[stage].constraint.instances = [nil, 1, 2, 3].randomElement(using: &random) ?? nil
      }
      var search = PlanSearch(problem: problem, objective: objective)
      let all = search.all(limit: .max)
      // Every third time with a limit on latency that rules out about half of the choices.
      if round % 3 == 0, !all.isEmpty {
        search.maximumLatency = all.map(\.prediction.latency).sorted()[all.count / 2]
      }
      let allowed = all.filter { $0.prediction.latency <= search.maximumLatency }
      let best = search.best()
      let values = (best?.prediction.value(of: objective), allowed.first?.prediction.value(of: objective))
      #expect(values.0 == values.1, "round \(round)")
      #expect(best?.isExact ?? true)
    }
  }

  /// Only where a stage of the placement does them at once.
  @Test(arguments: [[false, false], [true, false], [false, true]])
  func noBatchesForNothing(atOnce: [Bool]) {
    let stages = atOnce.enumerated().map { index, isAtOnce in
      PlanningProblem.StageEntry(
        "s\(index)", sources: index == 0 ? [] : [index - 1],
        options: [1, 4].map { batch in
          var option = PlanningProblem.Option(
            device: "cpu", implementation: "cpu", processor: 0, seconds: [1])
          (option.batch, option.isAtOnce) = (batch, isAtOnce)
          return option
        })
    }
    let problem = PlanningProblem(stages: stages, resources: [PlanningProblem.Resource("cpu", capacity: 1)])
    let choices = PlanSearch(problem: problem, objective: .throughput).all(limit: .max).map(\.choice.options)
    #expect(Set(choices) == (atOnce.contains(true) ? [[0, 0], [1, 1]] : [[0, 0]]))
  }

  @Test func saysWhenItIsNotExact() {
    var random = SeededGenerator(seed: 5)
    let problem = PlanningProblem.random(stages: 8, devices: 3, options: 2, using: &random)
    var search = PlanSearch(problem: problem, objective: .efficiency)
    let exact = search.best()
    #expect(exact?.isExact == true)
    // So narrow a search may find nothing at all.
    let rough = (1...16).compactMap { limit in
      search.frontLimit = limit
      return search.best()
    }
    #expect(rough.contains { !$0.isExact })
    #expect(rough.allSatisfy { ($0.prediction.joules ?? 0) >= (exact?.prediction.joules ?? .infinity) })
  }
}
