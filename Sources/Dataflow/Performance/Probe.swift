/// One plan under which a workload is measured: everything in one worker, or in one for each core.
struct Probe {
  struct Option: Hashable {
    let implementation: String
    let device: any Device
    /// Cores of its device that one firing keeps busy.
    let cores: Int

    static func == (a: Option, b: Option) -> Bool {
      a.implementation == b.implementation && a.device.name == b.device.name
    }

    func hash(into hasher: inout Hasher) {
      hasher.combine(implementation)
      hasher.combine(device.name)
    }
  }

  /// One for each stage of the graph.
  let options: [Option]
  let plan: Plan
  let footprint: Footprint
  let workers: Int

  init(_ options: [Option], in graph: Graph, footprint: Footprint, workers: Int) {
    self.options = options
    self.footprint = footprint
    self.workers = workers
    let names = graph.stages.map(\.name)
    plan = Plan([
      Placement(
        names, on: options[0].device.name,
        devices: Dictionary(
          uniqueKeysWithValues: zip(names, options).filter { $1.device.name != options[0].device.name }.map {
            ($0, $1.device.name)
          }),
        implementations: Dictionary(uniqueKeysWithValues: zip(names, options.map(\.implementation))),
        instances: workers)
    ])
  }

  /// Whether it keeps every core of the CPU busy and nothing else.
  func fills(_ platform: Platform) -> Bool {
    let cores = platform.device(of: .cpu)?.cores ?? 0
    return options.allSatisfy { $0.device.kind == .cpu && $0.cores * workers == cores }
  }

  /// The devices that feed a stage.
  func sources(of stage: Int, in graph: Graph) -> Set<String> {
    Set(graph.connections.filter { $0.target.stage == stage }.map { options[$0.source.stage].device.name })
  }
}

/// Chooses probes: few that together use each implementation on each device, fed from each device.
struct ProbeSelection {
  private let graph: Graph
  private let footprints: [Footprint]
  private let options: [[Probe.Option]]
  /// Numbers of workers at which to measure: alone, and with all cores busy.
  private let workers: [Int]

  init(_ workload: any Workload, on platform: Platform) {
    graph = workload.graph
    footprints = workload.footprints
    options = workload.graph.stages.map { stage in
      stage.implementations.flatMap { implementation in
        platform.devices.filter { $0.kind == implementation.deviceKind }.map { device in
          Probe.Option(
            implementation: implementation.name, device: device,
            cores: implementation.parallelism.cores(of: device))
        }
      }
    }
    let cores = platform.device(of: .cpu)?.cores ?? 1
    workers = cores > 1 && workload.graph.canBeReplicated(on: platform) ? [1, cores] : [1]
  }

  /// Something that a probe measures: a stage's option, and where its input comes from.
  private struct Target: Hashable {
    let stage: Int
    let option: Probe.Option
    let source: String?
  }

  func probes() -> [Probe] {
    guard options.allSatisfy({ !$0.isEmpty }) else { return [] }
    return footprints.flatMap { footprint in workers.flatMap { probes(footprint, workers: $0) } }
  }

  private func probes(_ footprint: Footprint, workers: Int) -> [Probe] {
    let options = options.map { $0.filter { $0.cores * workers <= $0.device.cores || workers == 1 } }
    guard options.allSatisfy({ !$0.isEmpty }) else { return [] }
    let order = graph.topology.order(of: Array(graph.stages.indices))
    var covered: Set<Target> = []
    var probes: [Probe] = []
    func targets(_ stage: Int, _ option: Probe.Option, _ chosen: [Probe.Option?]) -> [Target] {
      let sources = Set(
        graph.connections.filter { $0.target.stage == stage }.compactMap {
          chosen[$0.source.stage]?.device.name
        })
      let others = sources.subtracting([option.device.name])
      return others.count < 2 ? [Target(stage: stage, option: option, source: others.first)] : []
    }
    func add(_ fixed: [Int: Probe.Option]) -> Bool {
      var chosen = [Probe.Option?](repeating: nil, count: options.count)
      for (stage, option) in fixed { chosen[stage] = option }
      for stage in order where fixed[stage] == nil {
        func news(_ option: Probe.Option) -> Int {
          targets(stage, option, chosen).count { !covered.contains($0) }
        }
        chosen[stage] = options[stage].enumerated().max { (news($0.1), -$0.0) < (news($1.1), -$1.0) }?.element
      }
      let all = order.flatMap { stage in chosen[stage].map { targets(stage, $0, chosen) } ?? [] }
      guard all.contains(where: { !covered.contains($0) }) else { return false }
      covered.formUnion(all)
      probes.append(
        Probe(chosen.compactMap { $0 }, in: graph, footprint: footprint, workers: workers))
      return true
    }
    while add([:]) {}
    // What was not come across is asked for: each option fed from each device, its own included.
    for connection in graph.connections {
      let (source, target) = (connection.source.stage, connection.target.stage)
      for from in options[source] {
        for to in options[target] where source != target {
          let isForeign = from.device.name != to.device.name
          let wanted = Target(stage: target, option: to, source: isForeign ? from.device.name : nil)
          if !covered.contains(wanted) { _ = add([source: from, target: to]) }
        }
      }
    }
    return probes
  }
}

extension Graph {
  /// Whether several workers may each run the whole graph.
  func canBeReplicated(on platform: Platform) -> Bool {
    guard !inputs.isEmpty, let device = platform.device(of: .cpu) else { return false }
    let plan = Plan([Placement(stages.map(\.name), on: device.name, instances: 2)])
    return (try? plan.resolve(self, on: platform)) != nil
  }
}
