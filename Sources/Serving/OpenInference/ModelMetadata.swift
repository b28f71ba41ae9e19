import Dataflow
import Vision

/// A pipeline as the Open Inference Protocol describes models.
struct ModelMetadata: Encodable {
  struct Entry: Encodable {
    let name, datatype: String
    /// −1 where an extent is free.
    let shape: [Int]
  }

  let name: String
  let versions = ["1"]
  let platform = "drivetrain"
  let inputs: [Entry]
  let outputs: [Entry]
  let plan: String

  init(_ hosted: HostedPipeline) {
    name = hosted.name
    plan = hosted.plan.description
    switch hosted.pipeline.signature {
    case .image:
      inputs = [Entry(name: "image", datatype: "BYTES", shape: [1])]
      outputs = [Entry(name: "classification", datatype: "BYTES", shape: [1])]
    case .tensors(let inputs, let outputs):
      self.inputs = inputs.map { Entry($0) }
      self.outputs = outputs.map { Entry($0) }
    }
  }
}

extension ModelMetadata.Entry {
  fileprivate init(_ tensor: TensorDescription) {
    self.init(name: tensor.name, datatype: tensor.element?.datatype ?? "", shape: tensor.protocolShape)
  }
}
