/// Finds the best choice of an option for every stage.
///
/// Stages are decided in order. Of partial choices that leave the same open, those that are worse in every respect than
/// another one are dropped (dynamic programming over Pareto fronts), and so are those that can't become better than
/// the best complete one known, which a narrow search has found before. Neither drops the best, so the result is that of
/// exhaustive search; unless more than `frontLimit` partial choices remain, when only the most promising are kept.
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
    /// Whether nothing better exists for sure.
    package var isExact: Bool
  }

  let problem: PlanningProblem
  let objective: Objective
  /// Seconds that an item alone may take.
  package var maximumLatency = Double.infinity
  /// Seconds between items at full load.
  var maximumInterval = Double.infinity
  package var frontLimit = 20_000
  /// As `frontLimit`, for the search that comes first.
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

  /// Every possible choice with what is expected of it, best first; at most `limit`.
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

  /// By the objective; what is equal in it, by throughput and latency.
  func isBetter(_ a: Prediction, than b: Prediction) -> Bool {
    func key(_ prediction: Prediction) -> (Double, Double, Double) {
      (prediction.value(of: objective), prediction.interval, prediction.latency)
    }
    return key(a) < key(b)
  }
}
