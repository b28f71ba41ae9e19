import Dataflow

/// All parts of a simulation: resources, channels, workers, and the loop that feeds them.
final class SimulatedMachine {
  let simulation: Simulation
  let time = VirtualTime()
  private var resources: [String: SimulatedResource] = [:]
  private let gate: Gate
  let inputs: [SimulatedChannel]
  private var workers: [SimulatedWorker] = []

  /// Completion times of iterations or items, in order.
  var completions: [Double] = []
  private var latencies: [Double] = []
  private var wanted = 0
  private var submitted = 0
  private var warm: (time: Double, done: Int, work: [String: Double])?

  var graph: Graph { simulation.graph }

  init(_ simulation: Simulation, _ placements: [ResolvedPlacement]) throws {
    self.simulation = simulation
    let graph = simulation.graph
    let capacity = max(simulation.plan.queueCapacity, graph.itemsPerIteration)
    gate = Gate(limit: capacity)
    let time = time
    inputs = graph.inputs.map { _ in SimulatedChannel(capacity: capacity, time: time) }
    for device in simulation.platform.devices {
      _ = resource(device.processor, capacity: device.cores, isProcessor: true)
    }
    let wiring = Wiring(graph, placements, capacity: capacity, inputs: inputs) { connection, room in
      let channel = SimulatedChannel(capacity: room, time: time)
      for _ in connection.initialItems { channel.send(nil) {} }
      return channel
    }
    var devices: [Int: any Device] = [:]
    for placement in placements {
      for (member, device) in zip(placement.members, placement.devices) { devices[member] = device }
    }
    for placement in placements {
      let stages = try placement.members.indices.map { try parts(of: $0, in: placement, devices: devices) }
      for _ in 0..<placement.instances { workers.append(worker(placement, stages, wiring)) }
    }
  }

  /// The resource of that name, made at first use.
  func resource(_ name: String, capacity: Int, isProcessor: Bool) -> SimulatedResource {
    if let resource = resources[name] { return resource }
    let resource = SimulatedResource(name, capacity: Double(capacity), isProcessor: isProcessor, time: time)
    resources[name] = resource
    return resource
  }

  func run(iterations: Int) throws -> SimulationResult {
    let perIteration = max(graph.itemsPerIteration, 1)
    wanted = iterations * perIteration
    for worker in workers { worker.begin() }
    submit()
    while completions.count < wanted {
      guard time.step() else {
        throw SimulationError.stuck(done: completions.count / perIteration, of: iterations)
      }
      if warm == nil, completions.count >= wanted / 4 {
        warm = (time.now, completions.count, resources.mapValues(\.work))
      }
    }
    let begin = warm ?? (0, 0, [:])
    let seconds = time.now - begin.time
    let items = Double(completions.count - begin.done) * simulation.itemsPerIteration / Double(perIteration)
    let utilisation = resources.mapValues { resource in
      (resource.work - (begin.work[resource.name] ?? 0)) / seconds / resource.capacity
    }
    return SimulationResult(
      items: items, seconds: seconds, latencies: latencies.dropFirst(begin.done).sorted(),
      utilisation: utilisation, joules: joules(utilisation, seconds).map { $0 / items })
  }

  /// Submits as many items as the gate admits.
  private func submit() {
    guard !inputs.isEmpty else { return }
    while submitted < wanted + gate.limit, (try? gate.enter(waits: false)) != nil {
      submitted += 1
      let item = SimulatedItem(arrival: time.now, tokens: inputs.count) { [self] item in
        completions.append(time.now)
        latencies.append(time.now - item.arrival)
        gate.leave()
        time.schedule { self.submit() }
      }
      for channel in inputs { channel.send(item) {} }
    }
  }

  private func joules(_ utilisation: [String: Double], _ seconds: Double) -> Double? {
    var sum = 0.0
    for resource in resources.values.filter(\.isProcessor).sorted(by: { $0.name < $1.name }) {
      guard let watts = simulation.platform.power.watts[resource.name] else { return nil }
      sum += seconds * (watts.idle + (watts.full - watts.idle) * (utilisation[resource.name] ?? 0))
    }
    return sum
  }
}
