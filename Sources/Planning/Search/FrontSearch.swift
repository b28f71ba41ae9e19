/// The search with a given number of workers: see `PlanSearch`.
struct FrontSearch {
  /// The best known so far.
  var incumbent: Prediction?
  private(set) var isExact = true
  private let search: PlanSearch
  private let level: Int
  private let workers: Int
  /// The most partial choices kept at a stage.
  private let limit: Int
  /// For each stage, the least cost of it and all later ones; one more for the end.
  private let rest: [PlanState.Remainder]
  /// For each stage and option, a number unique to its device, processor and batch.
  private let devices: [[Int]]
  /// The resources of which some option occupies several units at once.
  private let contended: [Int]
  private var problem: PlanningProblem { search.problem }

  /// A partial choice.
  private struct Label {
    var state: PlanState
    var options: [Int]
  }

  init(_ search: PlanSearch, level: Int, workers: Int, limit: Int) {
    self.search = search
    self.level = level
    self.workers = workers
    self.limit = limit
    rest = Self.remainders(search.problem, level)
    devices = Self.deviceNumbers(search.problem)
    contended = search.problem.resources.indices.filter { index in
      search.problem.stages.contains { $0.options.contains { $0.processor == index && $0.cores > 1 } }
    }
  }

  mutating func run() -> (options: [Int], prediction: Prediction)? {
    var front = [Label(state: PlanState(problem), options: [])]
    for stage in problem.stages.indices {
      front = extend(front, at: stage)
      guard front.count > limit else { continue }
      isExact = false
      let bounds = front.map { $0.state.bound(problem, rest[stage + 1]) }
      front = front.indices.sorted { bounds[$0] < bounds[$1] }.prefix(limit).map { front[$0] }
    }
    return front.map { (options: $0.options, prediction: $0.state.prediction(problem)) }
      .filter {
        $0.prediction.latency <= search.maximumLatency && $0.prediction.interval <= search.maximumInterval
      }
      .min { search.isBetter($0.prediction, than: $1.prediction) }
  }

  private func extend(_ front: [Label], at stage: Int) -> [Label] {
    // The earlier choices that later stages depend on.
    let later = problem.stages[(stage + 1)...]
    let open = (0...stage).filter { source in
      source == stage || later.contains { $0.sources.contains(source) || $0.companion == source }
    }
    // Feedback is fetched by its receivers' options.
    let receivers = (0...stage).filter { target in later.contains { $0.feedback.contains(target) } }
    var groups: [[Int]: [Label]] = [:]
    for label in front {
      for option in problem.stages[stage].options.indices {
        var next = label
        guard next.state.add(option, label.options, problem, level: level, workers: workers),
          isPromising(next.state, rest[stage + 1])
        else { continue }
        next.options.append(option)
        let seen = open.map { devices[$0][next.options[$0]] } + receivers.map { next.options[$0] }
        groups[seen + [next.state.instances], default: []].append(next)
      }
    }
    return groups.values.flatMap(undominated)
  }

  /// Whether a partial choice can still become good enough.
  private func isPromising(_ state: PlanState, _ rest: PlanState.Remainder) -> Bool {
    // A rounding error must not drop an equally good choice.
    let slack = 1 - 1e-12
    guard (state.latency + rest.latency) * slack <= search.maximumLatency,
      state.bound(problem, rest) * slack <= search.maximumInterval
    else { return false }
    guard let incumbent else { return true }
    let bound =
      switch search.objective {
      case .throughput: state.bound(problem, rest)
      case .latency: state.latency + rest.latency
      case .efficiency:
        state.joules + rest.joules
          + state.bound(problem, rest) * problem.resources.reduce(0) { $0 + $1.idleWatts }
      }
    return bound * slack <= incumbent.value(of: search.objective)
  }

  /// Removes the labels that another one dominates.
  private func undominated(_ labels: [Label]) -> [Label] {
    let costs = labels.map {
      $0.state.costs(
        for: search.objective,
        isLimited: search.maximumLatency < .infinity || search.maximumInterval < .infinity,
        contended: contended)
    }
    let sums = costs.map { $0.reduce(0, +) }
    // A dominating label has the smaller sum. Comparing with the smallest few finds nearly all dominated
    // ones.
    var kept: [Int] = []
    for candidate in labels.indices.sorted(by: { sums[$0] < sums[$1] }) {
      let isDominated = kept.prefix(64).contains { other in
        for index in costs[other].indices where costs[other][index] > costs[candidate][index] { return false }
        return true
      }
      if !isDominated { kept.append(candidate) }
    }
    return kept.map { labels[$0] }
  }

  private static func remainders(_ problem: PlanningProblem, _ level: Int) -> [PlanState.Remainder] {
    var rest = [PlanState.Remainder()]
    for stage in problem.stages.reversed() {
      let last = rest[rest.count - 1]
      let options = stage.options.compactMap { option in option.seconds[level].map { ($0, option) } }
      func least(_ cost: (Double, PlanningProblem.Option) -> Double) -> Double {
        options.map { cost($0.0, $0.1) }.min() ?? .infinity
      }
      rest.append(
        PlanState.Remainder(
          work: last.work + least { $0 * $1.cores },
          latency: last.latency + least { $0 * Double($1.batch) },
          joules: last.joules + least { $0 * $1.cores * problem.resources[$1.processor].activeWatts }))
    }
    return rest.reversed()
  }

  private static func deviceNumbers(_ problem: PlanningProblem) -> [[Int]] {
    var numbers: [String: Int] = [:]
    return problem.stages.map { stage in
      stage.options.map { option in
        let key = "\(option.processor) \(option.device) \(option.batch)"
        let number = numbers[key] ?? numbers.count
        numbers[key] = number
        return number
      }
    }
  }
}
