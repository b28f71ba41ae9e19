import Dataflow

extension StageRegistry {
  /// The stages of vision pipelines. A new one is a folder beside this file and a line here.
  public static let vision = StageRegistry([.decode, .resize, .normalise, .infer, .label])
}
