import Dataflow
import Planning
import TestSupport
import Testing
import Vision

private typealias Knob = ServingSettings.Knob

@Suite struct TunerTests {
  private let ladders: [Knob: [Int]] = [
    .preprocessingInstances: Array(1...8), .inferenceInstances: Array(1...8),
  ]
  private let start: [Knob: Int] = [.preprocessingInstances: 4, .inferenceInstances: 4]

  /// A machine on which each measurement takes a second, starting takes another, and each varies by a part of the truth.
  private final class Machine {
    let time = ManualTime()
    var starts: [[Knob: Int]] = []
    var running = 0
    var mostRunning = 0
    private var random = SeededGenerator(seed: 7)
    private let noise: Double
    private let truth: ([Knob: Int]) -> Double?

    init(noise: Double, truth: @escaping ([Knob: Int]) -> Double?) {
      self.noise = noise
      self.truth = truth
    }

    func start(_ knobs: [Knob: Int]) -> Tuner.Trial? {
      guard let value = truth(knobs) else { return nil }
      starts.append(knobs)
      time.advance(by: 1_000_000_000)
      let run = Run(self)
      return {
        run.machine.time.advance(by: 1_000_000_000)
        return value * (1 + run.machine.noise * Double.random(in: -1...1, using: &run.machine.random))
      }
    }

    private final class Run {
      let machine: Machine

      init(_ machine: Machine) {
        self.machine = machine
        machine.running += 1
        machine.mostRunning = max(machine.mostRunning, machine.running)
      }

      deinit { machine.running -= 1 }
    }

    func tune(_ search: KnobSearch, seconds: Double, candidates: Int = 1000) throws -> Tuner.Result {
      try Tuner(seconds: seconds, maximumCandidates: candidates, time: time) { self.start($0) }.tune(search)
    }
  }

  private func hill(_ knobs: [Knob: Int]) -> Double {
    let (a, b) = (knobs[.inferenceInstances] ?? 0, knobs[.preprocessingInstances] ?? 0)
    return 100 - 5 * Double(abs(a - 2)) - 5 * Double(abs(b - 7))
  }

  @Test func climbsThroughNoise() throws {
    let machine = Machine(noise: 0.01, truth: hill)
    let result = try machine.tune(KnobSearch(from: start, ladders: ladders), seconds: 3600)
    #expect(result.knobs == [.preprocessingInstances: 7, .inferenceInstances: 2])
    #expect(result.isComplete && result.isBetter)
    #expect(abs(result.before.median - 75) < 2 && abs(result.after.median - 100) < 2)
    #expect(result.steps.filter(\.isKept).count >= 5)
    #expect(result.steps.allSatisfy { !$0.isKept || $0.ratio > 1.015 })
    // Never three at once, and none left.
    #expect(machine.mostRunning == 2 && machine.running == 0)
  }

  /// All are the same, however differently they are measured.
  @Test(arguments: [0.0, 0.02, 0.1]) func isNotFooledByNoise(noise: Double) throws {
    let machine = Machine(noise: noise) { _ in 100 }
    let result = try machine.tune(KnobSearch(from: start, ladders: ladders), seconds: 3600)
    #expect(result.steps.count >= 4)
    #expect(result.steps.count(where: \.isKept) == 0)
    #expect(!result.isBetter || result.after.median > result.before.median)
    if !result.isBetter { #expect(result.knobs == start) }
  }

  /// A gain that is none is not taken.
  @Test func smallGains() throws {
    let machine = Machine(noise: 0) { 100 + 0.5 * Double($0[.inferenceInstances] ?? 0) }
    let result = try machine.tune(KnobSearch(from: start, ladders: ladders), seconds: 3600)
    #expect(result.knobs == start && result.isComplete)
  }

  @Test(arguments: [10.0, 60, 100]) func keepsToTheTime(seconds: Double) throws {
    let machine = Machine(noise: 0.01, truth: hill)
    let result = try machine.tune(KnobSearch(from: start, ladders: ladders), seconds: seconds)
    // What was begun is ended, and what was found is checked: 16 measurements and four starts.
    #expect(Double(machine.time.now) / 1e9 <= seconds + 24)
    #expect(!result.isComplete)
  }

  @Test func keepsToTheNumberOfCandidates() throws {
    let machine = Machine(noise: 0.01, truth: hill)
    let search = KnobSearch(from: start, ladders: ladders)
    #expect(try machine.tune(search, seconds: 3600, candidates: 3).steps.count == 3)
  }

  /// What can't be run is passed over; but not what it begins with.
  @Test func whatCannotRun() throws {
    let machine = Machine(noise: 0) { $0[.inferenceInstances] == 4 ? 100 : nil }
    let result = try machine.tune(KnobSearch(from: start, ladders: ladders), seconds: 3600)
    #expect(result.knobs == start && result.isComplete)
    #expect(result.steps.allSatisfy { $0.turned == [.preprocessingInstances] })
    let broken = Machine(noise: 0) { _ in nil }
    #expect(throws: TuningError.cannotRun) {
      try broken.tune(KnobSearch(from: start, ladders: ladders), seconds: 60)
    }
  }
}
