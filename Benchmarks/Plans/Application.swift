import Dataflow
import Planning
import Reinforcement
import TestSupport
import Vision

/// An application whose plans are measured, for one size of input.
struct Application {
  let name: String
  let workload: any Workload
  let footprint: Footprint
  /// What it runs by where nothing is calibrated.
  let usual: Plan

  /// All that the figures are told of.
  static func all(in folder: TemporaryFolder) throws -> [Application] {
    let images = ["medium", "small", "large"]
    return try pipelines("classify", images: images, folder)
      + pipelines("classify-resnet50", images: ["medium"], folder)
      + [[64, 64], [256, 256], [1024, 1024]].map { try experiment("dqn-cartpole", "hidden=\($0)") }
      + [experiment("ddpg-pendulum")]
  }

  /// As it is, and with a tolerance.
  private static func pipelines(_ name: String, images: [String], _ folder: TemporaryFolder) throws
    -> [Application]
  {
    let text = try Repository.pipeline(name) + "\ntolerance: {top1_agreement: 0.99}\n"
    let tolerant = try folder.write(text.utf8, to: "\(name).yaml")
    let paths = try images.map { try Repository.path(".deps/images/\($0).jpg") }
    return try [(name, ""), (tolerant, ", tolerance 0.99")].flatMap { file, suffix in
      let workload = try PipelineWorkload(Pipeline(file), images: paths)
      let usual = Platform.local.device(of: .cpu).map { Plan.overlapping(workload.graph, on: $0) }
      return zip(images, workload.footprints).map { image, footprint in
        Application(
          name: "\(name), \(image)\(suffix)", workload: workload, footprint: footprint,
          usual: usual ?? .fused(workload.graph))
      }
    }
  }

  private static func experiment(_ name: String, _ changes: String...) throws -> Application {
    let workload = try TrainingWorkload(Experiment(name, changes: changes))
    return Application(
      name: ([name] + changes).joined(separator: " "), workload: workload, footprint: workload.footprints[0],
      usual: .fused(workload.graph))
  }
}
