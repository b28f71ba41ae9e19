/// The events of each worker, oldest first.
public struct Trace: Sendable {
  /// The events of one worker.
  public struct Track: Sendable {
    public let name: String
    public let events: [TraceEvent]

    public init(name: String, events: [TraceEvent]) {
      self.name = name
      self.events = events
    }
  }

  /// Stage names; an event's `stage` is a position here.
  public let stages: [String]
  public let workers: [Track]

  public init(stages: [String], workers: [Track]) {
    self.stages = stages
    self.workers = workers
  }
}
