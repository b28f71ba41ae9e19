/// A search for the best choice of an option for every stage.
///
/// Stages are decided in order. A partial choice is dropped if another with the same open decisions dominates
/// it (dynamic programming over Pareto fronts), or if it can't beat the best complete one of a preceding
/// narrow search. Both keep the optimum, so the result is that of exhaustive search. Beyond `frontLimit`
/// partial choices, only the most promising are kept.
package struct PlanSearch {
  /// A complete choice.
  package struct Choice: Hashable {
    /// For each stage, the position of its option.
    package var options: [Int]
    package var workers: Int
  }

  package struct Result {
    package var choice: Choice
    package var prediction: Prediction
    /// Whether it is proven to be the best.
    package var isExact: Bool
  }

  let problem: PlanningProblem
  let objective: Objective
  /// The longest time of a lone item, in seconds.
  package var maximumLatency = Double.infinity
  /// The longest time between items at full load, in seconds.
  var maximumInterval = Double.infinity
  package var frontLimit = 20_000
  /// As `frontLimit`, for the narrow search.
  var beam = 64

  package init(problem: PlanningProblem, objective: Objective, maximumLatency: Double = .infinity) {
    self.problem = problem
    self.objective = objective
    self.maximumLatency = maximumLatency
  }

  /// - Returns: `nil` if no choice satisfies the constraints.
  package func best() -> Result? {
    var best: Result?
    for limit in [min(beam, frontLimit), frontLimit] {
      var isExact = true
      for (level, workers) in problem.workers.enumerated() {
        var search = FrontSearch(self, level: level, workers: workers, limit: limit)
        search.incumbent = best?.prediction
        if let found = search.run(), best.map({ isBetter(found.prediction, than: $0.prediction) }) ?? true {
          best = Result(
            choice: Choice(options: found.options, workers: workers), prediction: found.prediction,
            isExact: false)
        }
        isExact = isExact && search.isExact
      }
      best?.isExact = isExact
      if isExact { break }
    }
    return best
  }

  /// Every possible choice with its prediction, best first; at most `limit`.
  package func all(limit: Int) -> [Result] {
    var results: [Result] = []
    for (level, workers) in problem.workers.enumerated() {
      func extend(_ state: PlanState, _ options: [Int]) {
        guard results.count < limit else { return }
        guard options.count < problem.stages.count else {
          let prediction = state.prediction(problem)
          guard prediction.latency <= maximumLatency else { return }
          results.append(
            Result(
              choice: Choice(options: options, workers: workers), prediction: prediction, isExact: true))
          return
        }
        for option in problem.stages[options.count].options.indices {
          var next = state
          if next.add(option, options, problem, level: level, workers: workers) {
            extend(next, options + [option])
          }
        }
      }
      extend(PlanState(problem), [])
    }
    return results.sorted { isBetter($0.prediction, than: $1.prediction) }
  }

  /// Compares by the objective; ties by throughput and latency.
  func isBetter(_ a: Prediction, than b: Prediction) -> Bool {
    func key(_ prediction: Prediction) -> (Double, Double, Double) {
      (prediction.value(of: objective), prediction.interval, prediction.latency)
    }
    return key(a) < key(b)
  }
}
