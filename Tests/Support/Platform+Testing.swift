import Dataflow
import Planning

extension Platform {
  /// A deterministic machine, where a stage's operations are its seconds: a CPU, and perhaps GPUs joined to it.
  public static func twin(
    cores: Int = 2, gpus: Int = 0, gpu: Roofline = Roofline(flops: 1), link: Link? = nil, watts: Bool = false
  ) -> Platform {
    var devices: [any Device] = [
      SimulatedDevice("cpu", .cpu, .declared(Roofline(flops: 1)), cores: cores)
    ]
    var power = Power()
    if watts { power.watts["cpu"] = Power.Watts(idle: 10, full: 30) }
    guard gpus > 0 else { return Platform(devices: devices, power: power, name: "twin") }
    devices.append(SimulatedDevice("gpu", .gpu, .declared(gpu), cores: gpus))
    if watts { power.watts["gpu"] = Power.Watts(idle: 20, full: 220) }
    return Platform(
      devices: devices, power: power, links: [link ?? Link("cpu", "gpu", bandwidth: 1e9)], name: "twin")
  }

  /// What it costs there.
  public var declaredCosts: any CostModel { DeclaredCosts(self, for: Footprint("any", size: 1)) }
}

extension Stage {
  /// A stage of which nothing is known but what it does: `seconds` where a device does one operation a second.
  public static func declared(
    _ name: String, _ seconds: Double, in consumed: [Int] = [1], out produced: [Int] = [1],
    cores: Int = 1, needsHost: Bool = false, bytes: Double = 0,
    feedback: Work.Traffic = .none, memory: String? = nil
  ) -> Stage {
    let work = Work(
      [Work.Kernel(flops: seconds)], input: bytes > 0 ? Work.Traffic(bytes: bytes) : .none,
      feedback: feedback,
      needsHost: needsHost)
    func ports(_ name: String, _ rates: [Int]) -> [Port] {
      rates.enumerated().map {
        Port(rates.count == 1 ? name : "\(name)\($0)", PortType(Int.self), rate: .fixed($1))
      }
    }
    return Stage(
      name, inputs: ports("in", consumed), outputs: ports("out", produced),
      implementations: [.cpu(cores: cores) { _ in }], memory: memory, work: { _ in work })
  }

  /// The same stage, with seconds as those of `declared`.
  public func declaring(_ seconds: Double) -> Stage {
    let work = Work([Work.Kernel(flops: seconds)])
    return Stage(
      name, inputs: inputs, outputs: outputs, isStateful: isStateful, implementations: implementations,
      work: { _ in work })
  }
}

extension Graph {
  /// The same graph with other stages, which have the same ports.
  public func replacing(_ stages: [Stage]) throws -> Graph {
    func endpoint(_ port: PortIndex, _ ports: [Port]) -> Endpoint {
      Endpoint(stage: self.stages[port.stage].name, port: ports[port.port].name)
    }
    return try Graph(
      name, stages: stages,
      edges: connections.map { edge in
        Edge(
          endpoint(edge.source, self.stages[edge.source.stage].outputs),
          endpoint(edge.target, self.stages[edge.target.stage].inputs), initialItems: edge.initialItems)
      },
      inputs: inputs.map { endpoint($0, self.stages[$0.stage].inputs) },
      outputs: outputs.map { endpoint($0, self.stages[$0.stage].outputs) })
  }
}
