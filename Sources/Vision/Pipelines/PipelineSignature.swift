import Dataflow

/// A pipeline's inputs and outputs.
public enum PipelineSignature: Sendable, Hashable {
  /// An encoded image; what several images get becomes these tensors.
  case image(outputs: [OutputTensorDescription])
  /// Whole batches, one for each of the graph's inputs and outputs, called as their ports.
  case tensors(inputs: [TensorDescription], outputs: [TensorDescription])

  /// Whether items are encoded images.
  public var takesImages: Bool {
    if case .image = self { true } else { false }
  }

  /// `nil` for a graph that is no pipeline.
  init?(_ graph: Graph) {
    let inputs = graph.inputs.map { graph.stages[$0.stage].inputs[$0.port] }
    let outputs = graph.outputs.map { graph.stages[$0.stage].outputs[$0.port] }
    // Equal names in two networks need not mean equal extents.
    let hasSymbols = Set((graph.inputs + graph.outputs).map(\.stage)).count == 1
    if inputs.count == 1, inputs[0].type.fits(.encodedImage) {
      let type = graph.endingType
      self = .image(outputs: type.flatMap { type in VisionTasks.task(of: type)?.tensors(of: type) } ?? [])
    } else if !inputs.isEmpty, !outputs.isEmpty, (inputs + outputs).allSatisfy(\.type.isBatch) {
      self = .tensors(
        inputs: inputs.map { TensorDescription($0, hasSymbols) },
        outputs: outputs.map { TensorDescription($0, hasSymbols) })
    } else {
      return nil
    }
  }
}

extension TensorDescription {
  fileprivate init(_ port: Port, _ hasSymbols: Bool) {
    self.init(
      name: port.name, element: port.type.batchElement, shape: port.type.shape,
      symbols: hasSymbols ? port.type.symbols : [])
  }
}
