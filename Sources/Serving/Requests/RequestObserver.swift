/// Somebody who is told what becomes of requests.
public protocol RequestObserver: Sendable {
  /// A request is over. Must not block.
  func record(_ record: RequestRecord)

  /// A pipeline has answered its last request: what is counted of it counts up to now.
  func pipelineEnds()
}

extension RequestObserver {
  public func pipelineEnds() {}
}
