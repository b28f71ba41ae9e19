/// An observer of requests' outcomes.
public protocol RequestObserver: Sendable {
  /// Takes the record of a finished request. Must not block.
  func record(_ record: RequestRecord)

  /// Notes that a pipeline has completed its last request, so that its counters are read.
  func pipelineEnds()
}

extension RequestObserver {
  public func pipelineEnds() {}
}
