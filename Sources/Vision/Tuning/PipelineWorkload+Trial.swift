import Dataflow
import Planning

extension PipelineWorkload {
  /// Starts the pipeline under a plan with all its images by turns, as many in flight as keep every worker busy, or one alone where
  /// latency is measured.
  ///
  /// - Returns: what measures for so long: items a second, alone or not, or items for a joule.
  /// - Throws: the trial, `PlannerError.unknownPower` where efficiency is measured and nobody knows the energy.
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
