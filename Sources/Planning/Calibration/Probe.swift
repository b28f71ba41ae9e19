import Dataflow

/// One plan under which a workload is measured: everything in one worker, or in one for each core.
struct Probe {
  struct Option {
    let implementation: String
    let device: any Device
    /// The cores of its device that one firing keeps busy.
    let cores: Int
    /// Whether it is measured in batches, because it supports them.
    let isBatched: Bool
  }

  /// The measured batches besides 1. Sizes in between are interpolated.
  static let batches = [2, 8]

  let options: [Option]
  let plan: Plan
  let footprint: Footprint
  let workers: Int
  let batch: Int

  init(_ options: [Option], in graph: Graph, footprint: Footprint, workers: Int, batch: Int) {
    self.options = options
    self.footprint = footprint
    self.workers = workers
    self.batch = batch
    // Only full batches are measured.
    var placement = Placement(
      [], on: options[0].device.name, instances: workers, batch: batch, queueDelay: batch > 1 ? 60 : 0)
    for (stage, option) in zip(graph.stages, options) {
      placement.append(stage.name, on: option.device.name, by: option.implementation)
    }
    plan = Plan([placement])
  }

  /// Whether it measures a stage: in batches, only a stage that supports them.
  func measures(_ stage: Int) -> Bool { batch == 1 || options[stage].isBatched }

  /// Whether it keeps every core of the CPU busy and nothing else.
  func fills(_ platform: Platform) -> Bool {
    let cores = platform.device(of: .cpu)?.cores ?? 0
    return options.allSatisfy { $0.device.kind == .cpu && $0.cores * workers == cores }
  }
}

/// A choice of probes: few that together use each implementation on each device, fed from each device.
struct ProbeSelection {
  private let graph: Graph
  private let footprints: [Footprint]
  private let options: [[Probe.Option]]
  /// The measured numbers of workers: one, and as many as keep all cores busy.
  private let workers: [Int]

  /// - Parameters:
  ///   - agreements: of the approximate implementations. Those outside the tolerance aren't probed.
  ///   - failures: implementations to leave out.
  init(
    _ workload: any Workload, on platform: Platform, agreements: [Calibration.Agreement] = [],
    without failures: [Calibration.Failure] = []
  ) {
    graph = workload.graph
    footprints = workload.footprints
    options = workload.graph.stages.map { stage in
      platform.devices.flatMap { device in
        device.implementations(of: stage).filter {
          agreements.admit($0, of: stage, within: workload.tolerance)
        }.filter { implementation in
          !failures.contains {
            $0.stage == stage.name && $0.implementation == implementation.name && $0.device == device.name
          }
        }.map { implementation in
          Probe.Option(
            implementation: implementation.name, device: device,
            cores: implementation.parallelism.cores(of: device),
            isBatched: stage.maximumBatchSize(by: implementation) > 1)
        }
      }
    }
    let cores = platform.device(of: .cpu)?.cores ?? 1
    workers = cores > 1 && workload.graph.canBeReplicated(on: platform) ? [1, cores] : [1]
  }

  func probes() -> [Probe] {
    guard options.allSatisfy({ !$0.isEmpty }) else { return [] }
    let single = footprints.flatMap { footprint in
      workers.flatMap { probes(footprint, workers: $0, batch: 1) }
    }
    guard let usual = footprints.first, graph.canBeBatched else { return single }
    return single
      + Probe.batches.flatMap { batch in workers.flatMap { probes(usual, workers: $0, batch: batch) } }
  }

  private func probes(_ footprint: Footprint, workers: Int, batch: Int) -> [Probe] {
    let options = options.map { $0.filter { $0.cores * workers <= $0.device.cores || workers == 1 } }
    guard options.allSatisfy({ !$0.isEmpty }) else { return [] }
    let order = graph.stageOrder
    var covered: Set<PerformanceModel.Subject> = []
    var probes: [Probe] = []
    func isNew(_ stage: Int, _ options: [Probe.Option?]) -> Bool {
      guard batch == 1 || options[stage]?.isBatched ?? false else { return false }
      return graph.subject(of: stage, by: options).map { !covered.contains($0) } ?? false
    }
    func add(_ fixed: [Int: Probe.Option]) -> Bool {
      var chosen = options.indices.map { fixed[$0] }
      for stage in order where fixed[stage] == nil {
        func wouldBeNew(_ option: Probe.Option) -> Bool {
          var trial = chosen
          trial[stage] = option
          return isNew(stage, trial)
        }
        chosen[stage] = options[stage].first(where: wouldBeNew) ?? options[stage].first
      }
      guard order.contains(where: { isNew($0, chosen) }) else { return false }
      covered.formUnion(order.compactMap { graph.subject(of: $0, by: chosen) })
      probes.append(
        Probe(chosen.compactMap { $0 }, in: graph, footprint: footprint, workers: workers, batch: batch))
      return true
    }
    while add([:]) {}
    // Missing combinations are added: each option fed from each device, its own included.
    for connection in graph.connections {
      let (source, target) = (connection.source.stage, connection.target.stage)
      for from in options[source] {
        for to in options[target] where source != target {
          let isForeign = from.device.name != to.device.name
          let wanted = PerformanceModel.Subject(
            stage: graph.stages[target].name, implementation: to.implementation, device: to.device.name,
            source: isForeign ? from.device.name : nil)
          if !covered.contains(wanted) { _ = add([source: from, target: to]) }
        }
      }
    }
    return probes
  }
}

extension Graph {
  /// The subject that a choice of options times for a stage. It is `nil` without an option for the stage, or
  /// with input from several other devices, whose parts can't be separated.
  func subject(of stage: Int, by options: [Probe.Option?]) -> PerformanceModel.Subject? {
    guard let option = options[stage] else { return nil }
    let feeders = connections.filter { $0.target.stage == stage }.map(\.source.stage)
    let others = Set(feeders.compactMap { options[$0]?.device.name }).subtracting([option.device.name])
    guard others.count < 2 else { return nil }
    return PerformanceModel.Subject(
      stage: stages[stage].name, implementation: option.implementation, device: option.device.name,
      source: others.first)
  }

  /// Whether several iterations can run at once: none waits for an earlier one's feedback.
  var canBeBatched: Bool { !inputs.isEmpty && connections.allSatisfy(\.initialItems.isEmpty) }

  /// Whether several workers may each run the whole graph.
  func canBeReplicated(on platform: Platform) -> Bool {
    guard !inputs.isEmpty, let device = platform.device(of: .cpu) else { return false }
    let plan = Plan([Placement(stages.map(\.name), on: device.name, instances: 2)])
    return (try? plan.resolve(self, on: platform)) != nil
  }
}
