import Dataflow

/// The accumulated cost of the options chosen so far. Every number only grows.
///
/// Consecutive stages on the same processor share a placement. A stage that must be single, or is on another
/// processor, begins a new one.
struct PlanState {
  /// The least cost of the remaining stages, for any choice.
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
    /// Its slowest stage.
    var slowest = (seconds: 0.0, stage: 0)
    /// The most cores that one of its workers keeps busy.
    var cores = 0.0
    /// Whether none of its stages supports the batch, so that it is pointless.
    var isPointless: Bool
  }

  private var group: Group?
  /// The worst of the finished placements: the seconds between items by its workers, and its slowest stage.
  private var slowest = (interval: 0.0, stage: 0)
  /// For each resource, an item's need of it, in units × seconds.
  private(set) var loads: [Double]
  /// For each resource, the peak of cores needed at once, and whether a worker needs several.
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
  /// - Parameter options: the choices for the stages before.
  /// - Returns: `false` if the stage can't run or its time is unknown.
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
    // The threads of one firing wait for each other, so each needs its own core.
    return !wantsSeveral[option.processor]
      || peaks[option.processor] <= problem.resources[option.processor].capacity
  }

  /// Adds the stage to the current placement or begins a new one. `false` if the batch differs, or the
  /// previous placement's batch is pointless.
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
      // A user-given batch need not pay.
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

  /// A lower bound of the seconds between items, whatever is still to come.
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

  /// The prediction once every stage is chosen.
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

  /// The quantities in which one choice may beat another.
  ///
  /// - Parameters:
  ///   - isLimited: whether latency and interval both matter, because one of them is limited.
  ///   - contended: the resources of which some option occupies several units at once.
  func costs(for objective: Objective, isLimited: Bool, contended: [Int]) -> [Double] {
    var costs: [Double] =
      objective != .latency || isLimited ? [slowest.interval, group.map(\.seconds) ?? 0] + loads : []
    costs.append(group.map { $0.isPointless ? 1 : 0 } ?? 0)
    // The current placement is separate: another stage of several cores adds less to one that has them.
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
