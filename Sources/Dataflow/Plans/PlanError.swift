import Basics

/// A plan's misfit with its graph or its platform.
public enum PlanError: Error, Sendable, Equatable, CustomStringConvertible {
  case unplacedStage(String)
  case placedTwice(String)
  case unknownStage(String, nearest: String?)
  case unknownDevice(String, available: [String])
  case noImplementation(stage: String, device: String, name: String?)
  case emptyPlacement
  case instances(Int, stage: String)
  case batch(Int, stage: String)
  case batchOfFeedback(stage: String)
  case queueDelay(Double, stage: String)
  case queueCapacity(Int)
  case severalPlacements(Int)
  case statefulReplica(stage: String)
  case replicaBeforeJoin(stage: String, join: String)
  case unrelatedRates(stages: [String])
  case circularPlacements(stages: [String])

  public var description: String {
    switch self {
    case .unplacedStage(let stage): "the plan places stage '\(stage)' nowhere"
    case .placedTwice(let stage): "the plan places stage '\(stage)' twice"
    case .unknownStage(let stage, let nearest):
      "the plan places a stage '\(stage)' that the graph doesn't have"
        + (nearest.map { "; did you mean '\($0)'?" } ?? "")
    case .unknownDevice(let device, let available):
      "there is no device '\(device)'; there is \(available.joined(separator: ", "))"
    case .noImplementation(let stage, let device, let name):
      "stage '\(stage)' has no implementation\(name.map { " '\($0)'" } ?? "") for device '\(device)'"
    case .emptyPlacement: "a placement has no stages; give it one or leave it out"
    case .instances(let count, let stage):
      "the placement of stage '\(stage)' has \(count.counted("instance")); use 1 to \(Plan.maximumInstances)"
    case .batch(let count, let stage):
      "the placement of stage '\(stage)' has batches of \(count); use 1 to \(Plan.maximumBatch)"
    case .queueDelay(let seconds, let stage):
      "the placement of stage '\(stage)' waits \(seconds) s for a batch; use 0 to \(Plan.maximumQueueDelay) s"
    case .batchOfFeedback(let stage):
      "stage '\(stage)' waits for what its own placement gives back to it, so its 'batch' must be 1"
    case .queueCapacity(let capacity):
      "the plan's queue capacity is \(capacity); use 1 to \(Plan.maximumQueueCapacity)"
    case .severalPlacements(let count):
      "the plan has \(count.counted("placement")), but a sequential executor takes one; put all stages in it"
    case .statefulReplica(let stage):
      "stage '\(stage)' keeps state, so its placement must have one instance"
    case .replicaBeforeJoin(let stage, let join):
      "several instances of stage '\(stage)' may reorder tokens that meet again at stage '\(join)'; "
        + "use one instance"
    case .unrelatedRates(let stages):
      "stages \(stages.joined(separator: ", ")) don't fire at fixed ratios; place them apart"
    case .circularPlacements(let stages):
      "the placement of \(stages.joined(separator: ", ")) waits for itself through another one; "
        + "keep the stages between them together"
    }
  }
}
