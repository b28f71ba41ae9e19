import Dataflow

extension StageRegistry {
  /// The stages of vision pipelines: a new one is a folder in `Stages/` and a line here; a task brings its own, and objects are cut out
  /// by one of `Tasks/Join`.
  public static let vision = StageRegistry(
    [.decode, .resize, .normalise, .infer, .crop] + VisionTasks.all.map { $0.stage })
}
