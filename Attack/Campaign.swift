import Foundation
import TestSupport

/// All phases, one after the other, against one server, with what is looked at in between.
struct Campaign {
  private let options: Options
  private let target: Target

  /// What all that hostile clients may make the server keep at once.
  private static let highestMemory = 2 << 30

  init(_ options: Options) throws {
    self.options = options
    target = try Target()
  }

  /// - Returns: whether everything held.
  func run() throws -> Bool {
    let phases = Phase.all.filter { options.only == nil || $0.name == options.only }
    try warmUp(phases)
    let weights = phases.reduce(0) { $0 + $1.weight }
    let before = try Vitals(of: target)
    print("seed \(options.seed); memory \(before.memory >> 20) MiB, \(before.files) files")
    let pinger = try Pinger(target)
    var holds = true
    for phase in phases {
      let begin = Date.now
      let run = PhaseRun(target, options, seconds: options.seconds * phase.weight / weights, pinger)
      do {
        try phase.run(run)
      } catch {
        run.expect(false, "the attacker was stopped: \(error)")
      }
      run.checkSilence("in the end")
      for problem in before.problems(of: target, within: 30, checksMemory: !options.isShort) {
        run.expect(false, problem)
      }
      report(phase, run, Date.now.timeIntervalSince(begin))
      if !run.problems.isEmpty { holds = false }
      guard !target.server.process.hasEnded, !target.guarded.process.hasEnded else {
        print("the server ended: \(target.server.process.standardError.suffix(2000))")
        return false
      }
    }
    pinger.stop()
    return try end() && holds
  }

  /// Usual clients, and each attack shortly: what is kept afterwards is kept for ever, and must not become more.
  private func warmUp(_ phases: [Phase]) throws {
    try target.warmUp()
    guard !options.isShort else { return }
    var short = options
    short.isShort = true
    // What breaks is found again, and told then.
    for phase in phases {
      try phase.warmUp(target)
      try? phase.run(PhaseRun(target, short, seconds: 0))
    }
    // Freed memory goes back every five seconds.
    sleep(7)
  }

  /// The server stops as it should.
  private func end() throws -> Bool {
    let highest = target.server.process.highestMemory
    print("highest memory \(highest >> 20) MiB")
    for server in [target.server, target.guarded] { server.process.signal(SIGTERM) }
    let codes = try [target.server, target.guarded].map { try $0.process.wait(seconds: 60) }
    if codes != [0, 0] { print("BROKEN: after SIGTERM the exit codes are \(codes)") }
    if highest > Self.highestMemory { print("BROKEN: that is too much") }
    return codes == [0, 0] && highest <= Self.highestMemory
  }

  private func report(_ phase: Phase, _ run: PhaseRun, _ seconds: Double) {
    let counts = run.counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    let name = phase.name.padding(toLength: 12, withPad: " ", startingAt: 0)
    print(
      "\(name) \(run.problems.isEmpty ? "held  " : "BROKEN") \(Int(seconds.rounded())) s, silent at most \(Self.milliseconds(run.silence)); \(counts.joined(separator: ", "))"
    )
    for (problem, times) in run.problems.sorted(by: { $0.key < $1.key }).prefix(20) {
      print("  BROKEN: \(problem)" + (times > 1 ? " (\(times) times)" : ""))
    }
    if !run.problems.isEmpty {
      print("  again: attack --seed \(options.seed) --only \(phase.name) --seconds \(Int(run.seconds + 1))")
    }
    fflush(nil)
  }

  private static func milliseconds(_ seconds: Double) -> String { "\(Int((seconds * 1000).rounded())) ms" }
}
