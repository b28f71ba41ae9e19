import Dataflow

/// What the options chosen so far cost, stage by stage. Everything in it only grows.
///
/// Stages that follow each other on the same processor share a placement; a stage that must be single, and one on other processor,
/// begins another.
struct PlanState {
  /// The least that the stages to come need, whatever is chosen for them.
  struct Remainder {
    var work = 0.0
    var latency = 0.0
    var joules = 0.0
  }

  /// A placement in the making.
  private struct Group {
    var opening: PlanningProblem.Opening
    var workers: Double { Double(opening.instances) }
    /// Seconds of one worker for an item.
    var seconds = 0.0
    /// The stage that takes most of them.
    var slowest = (seconds: 0.0, stage: 0)
    /// The most cores that one of its workers keeps busy.
    var cores = 0.0
    /// Whether nothing in it does its batch at once, so that there is no point in having one.
    var isPointless: Bool
  }

  private var group: Group?
  /// The worst of the placements done: seconds between items that their workers allow, and its slowest stage.
  private var slowest = (interval: 0.0, stage: 0)
  /// For each resource, how much of it an item needs, in units × seconds.
  private(set) var loads: [Double]
  /// For each resource, cores that all workers may want at the same time, and whether one wants several at once.
  private var peaks: [Double]
  private var wantsSeveral: [Bool]
  private(set) var latency: Double
  private(set) var joules = 0.0
  private let overhead: Double

  init(_ problem: PlanningProblem) {
    loads = Array(repeating: 0, count: problem.resources.count)
    peaks = loads
    wantsSeveral = Array(repeating: false, count: problem.resources.count)
    overhead = problem.overhead
    latency = problem.overhead
  }

  /// Adds the next stage.
  ///
  /// - Parameter options: those chosen for the stages before.
  /// - Returns: `false` if this can't be run, or nobody knows how long it takes.
  mutating func add(
    _ choice: Int, _ options: [Int], _ problem: PlanningProblem, level: Int, workers: Int
  ) -> Bool {
    let stage = problem.stages[options.count]
    let option = stage.options[choice]
    guard let seconds = option.seconds[level] else { return false }
    func device(_ stage: Int) -> String { problem.stages[stage].options[options[stage]].device }
    if let companion = stage.companion, device(companion) != option.device { return false }
    guard begin(option, stage, options.count, problem, workers: workers) else { return false }
    var time = seconds
    var fetched: Set<String> = [option.device]
    func fetch(from device: String, _ ways: [String: PlanningProblem.Fetch]) -> Bool {
      guard fetched.insert(device).inserted else { return true }
      guard let way = ways[device] else { return false }
      time += way.seconds
      loads[way.resource] += way.seconds
      return true
    }
    for device in stage.sources.map(device) + (stage.entrance.map { [$0] } ?? []) {
      guard fetch(from: device, option.fetches) else { return false }
    }
    latency += time * Double(option.batch)
    for target in stage.feedback {
      let receiver = problem.stages[target].options[options[target]]
      guard receiver.device != option.device else { continue }
      guard let way = receiver.feedbacks[option.device] else { return false }
      time += way.seconds
      loads[way.resource] += way.seconds
    }
    loads[option.processor] += seconds * option.cores
    for cycle in stage.cycles { loads[cycle] += time }
    joules += seconds * option.cores * problem.resources[option.processor].activeWatts
    if var group {
      group.seconds += time
      if time > group.slowest.seconds { group.slowest = (time, options.count) }
      if option.isAtOnce { group.isPointless = false }
      if option.cores > group.cores {
        peaks[option.processor] += (option.cores - group.cores) * group.workers
        group.cores = option.cores
      }
      self.group = group
    }
    if options.count == problem.stages.count - 1, group?.isPointless ?? false { return false }
    if option.cores > 1 { wantsSeveral[option.processor] = true }
    // Threads that work together on one firing wait for each other, so none must have to wait for its core.
    return !wantsSeveral[option.processor]
      || peaks[option.processor] <= problem.resources[option.processor].capacity
  }

  /// Sees to it that the current placement is one that the stage can be in; `false` if its batch is another, or the placement
  /// before has one for nothing.
  private mutating func begin(
    _ option: PlanningProblem.Option, _ stage: PlanningProblem.StageEntry, _ index: Int,
    _ problem: PlanningProblem, workers: Int
  ) -> Bool {
    let opening = problem.opening(stage, option, workers: workers)
    if let joined = problem.join(group?.opening, opening) {
      group?.opening = joined
      if stage.constraint.batch != nil { group?.isPointless = false }
      return joined.batch == option.batch
    }
    guard group.map({ !$0.isPointless }) ?? true else { return false }
    close()
    group = Group(
      opening: opening,
      // A batch that was asked for need not pay.
      isPointless: option.batch > 1 && stage.constraint.batch == nil)
    if index == 0 { group?.seconds = overhead }
    return true
  }

  /// Workers of the current placement.
  var instances: Int { group?.opening.instances ?? 0 }

  private mutating func close() {
    guard let group else { return }
    let interval = group.seconds / group.workers
    if interval > slowest.interval { slowest = (interval, group.slowest.stage) }
  }

  /// Seconds between items, at least, of what is chosen and whatever is to come.
  func bound(_ problem: PlanningProblem, _ rest: Remainder) -> Double {
    var bound = slowest.interval
    if let group { bound = max(bound, group.seconds / group.workers) }
    var (work, capacity) = (rest.work, 0.0)
    for (load, resource) in zip(loads, problem.resources) {
      bound = max(bound, load / resource.capacity)
      if resource.isProcessor {
        work += load
        capacity += resource.capacity
      }
    }
    return max(bound, work / capacity)
  }

  /// What is expected once every stage is chosen.
  func prediction(_ problem: PlanningProblem) -> Prediction {
    var last = self
    last.close()
    var prediction = Prediction(
      interval: last.slowest.interval, latency: latency, joules: nil,
      bottleneck: problem.stages[last.slowest.stage].name)
    // Workers that keep a processor busy are bound by the processor.
    for (load, resource) in zip(loads, problem.resources)
    where load / resource.capacity >= 0.95 * prediction.interval {
      prediction.interval = max(prediction.interval, load / resource.capacity)
      prediction.bottleneck = resource.name
    }
    if problem.energy != .unknown {
      prediction.joules =
        joules + prediction.interval * problem.resources.reduce(0) { $0 + $1.idleWatts }
    }
    return prediction
  }

  /// Everything that a choice may be better in than another.
  ///
  /// - Parameters:
  ///   - isLimited: whether latency and interval both matter because there is a limit on one of them.
  ///   - contended: the resources of which some option occupies several units at once.
  func costs(for objective: Objective, isLimited: Bool, contended: [Int]) -> [Double] {
    var costs: [Double] =
      objective != .latency || isLimited ? [slowest.interval, group.map(\.seconds) ?? 0] + loads : []
    costs.append(group.map { $0.isPointless ? 1 : 0 } ?? 0)
    // The current placement apart: a further stage of several cores adds less where one is in it already.
    if !contended.isEmpty { costs.append(group?.cores ?? 0) }
    for index in contended {
      let current = group.map { $0.opening.processor == index ? $0.cores * $0.workers : 0 } ?? 0
      costs += [peaks[index] - current, wantsSeveral[index] ? 1 : 0]
    }
    if isLimited || objective == .latency { costs.append(latency) }
    if objective == .efficiency { costs.append(joules) }
    return costs
  }
}
