import Dataflow
import Vision

extension ModelDescription {
  init(_ hosted: HostedPipeline) {
    self.init(
      name: hosted.name, version: hosted.version,
      interface: ModelInterface(hosted.pipeline.signature, hosted.pipeline.limits),
      plan: hosted.plan.description)
  }
}

extension HostedPipeline {
  var statisticsEntry: (name: String, version: Int, values: ModelStatistics.Values) {
    (name, version, statistics.values)
  }
}
