public final class RunLog {
  public init(_ folder: RunDirectory, from step: Int) throws {}
  public func record(_ event: TrainingEvent) throws {}
}
