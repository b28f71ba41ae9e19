extension Plan {
  /// The plan of some of the stages, as if there were no others.
  public func part(of stages: [String]) -> Plan {
    var part = self
    part.placements = placements.compactMap { placement in
      var placement = placement
      placement.stages.removeAll { !stages.contains($0) }
      placement.devices = placement.devices.filter { stages.contains($0.key) }
      placement.implementations = placement.implementations.filter { stages.contains($0.key) }
      return placement.stages.isEmpty ? nil : placement
    }
    return part
  }

  /// The plan's implementations and devices in one sequential worker, with batches of `batch` iterations.
  public func sequential(batch: Int = 1) -> Plan {
    var all = Placement([], on: placements.first?.device ?? "cpu", batch: batch)
    for placement in placements {
      for stage in placement.stages {
        all.stages.append(stage)
        all.implementations[stage] = placement.implementations[stage]
        let device = placement.device(of: stage)
        if device != all.device { all.devices[stage] = device }
      }
    }
    return Plan([all], queueCapacity: queueCapacity)
  }

  /// The plan with enough instances of a stage's placement to keep all cores of the stage's device busy.
  public func filling(_ platform: Platform, with stage: Stage) -> Plan {
    var filled = self
    guard let index = placements.firstIndex(where: { $0.stages.contains(stage.name) }) else { return self }
    let placement = placements[index]
    guard let device = platform.device(named: placement.device(of: stage.name)) else { return self }
    let wanted = placement.implementations[stage.name]
    let implementation = device.implementations(of: stage).first { wanted == nil || $0.name == wanted }
    guard let implementation, !stage.isStateful else { return self }
    let instances = device.cores / max(implementation.parallelism.cores(of: device), 1)
    filled.placements[index].instances = max(placement.instances, instances)
    return filled
  }
}
