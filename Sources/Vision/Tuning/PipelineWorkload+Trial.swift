import Dataflow
import Planning

extension PipelineWorkload {
  /// Starts the pipeline under a plan with all its images by turns: as many in flight as keep every worker
  /// busy, or one alone for latency.
  ///
  /// - Returns: a trial of so many seconds: items a second, alone or not, or items for a joule.
  /// - Throws: from the trial, `PlannerError.unknownPower` for efficiency without a known energy.
  public func trial(_ plan: Plan, on platform: Platform, for objective: Objective, seconds: Double) throws
    -> Tuner.Trial
  {
    let run = try start(plan, on: platform, isAlone: objective == .latency)
    return {
      let sample = try run.run(seconds: seconds)
      guard objective == .efficiency else { return sample.throughput }
      guard let joules = sample.joules, joules > 0 else { throw PlannerError.unknownPower }
      return 1 / joules
    }
  }
}
