import Basics
import Dataflow

/// What a graph of images ends in: the outputs of one task, or objects with the outputs of networks behind a crop of them.
extension Graph {
  /// The type of what an image gets; `nil` where no task makes it.
  var endingType: PortType? {
    let types = outputs.map { type(of: $0) }
    guard types.count > 1 else { return types.first.flatMap { VisionTasks.task(of: $0) == nil ? nil : $0 } }
    let ports = zip(outputs, types).map { Port(stages[$0.stage].name, $1) }
    return reasonAgainstJoining == nil ? JoinedObjects.portType(ports) : nil
  }

  /// Why the outputs can't be joined; `nil` if they can, or if there is one, of the whole image.
  var reasonAgainstJoining: String? {
    if outputs.count == 1 {
      let stage = outputs[0].stage
      guard !repetitions[stage].isStatic else { return nil }
      return
        "'\(stages[stage].name)' gives a result for each object; end in 'join', which reads the objects, too: 'join: {from: [detect, \(stages[stage].name)]}'"
    }
    guard let first = outputs.first, type(of: first).fits(Detections.portType),
      repetitions[first.stage].isStatic
    else { return "a join reads the objects of an image first, from a stage of detection" }
    for port in outputs.dropFirst() {
      let name = stages[port.stage].name
      guard VisionTasks.task(of: type(of: port)) != nil else {
        return "a join reads stages of tasks, and '\(name)' gives \(type(of: port))"
      }
      let crops = repetitions[port.stage].variablePorts
      guard crops.count == 1, let crop = crops.first, stages[crop.stage].operation is CropOperation,
        connections.contains(where: { $0.source == first && $0.target.stage == crop.stage })
      else { return "'\(name)' isn't behind one crop of the objects of '\(stages[first.stage].name)'" }
    }
    return nil
  }

  private func type(of port: PortIndex) -> PortType { stages[port.stage].outputs[port.port].type }

  /// What an image got.
  ///
  /// - Throws: the image's error; `RuntimeError` for a result of another graph.
  func ending(of result: ItemResult) throws -> any TaskOutput {
    guard outputs.count > 1 else { return try result.output() }
    let detections = try result.output(as: Detections.self)
    let parts = try outputs.indices.dropFirst().map { index in
      guard result.outputs.indices.contains(index) else {
        throw RuntimeError.missingOutput(index: index, type: "a task's")
      }
      let outputs = result.outputs[index].compactMap { $0 as? any TaskOutput }
      return JoinedObjects.Part(name: stages[self.outputs[index].stage].name, outputs: outputs)
    }
    return try JoinedObjects(detections, parts)
  }
}
