import Basics
import Foundation
import TestSupport
import Wire

/// Asks all the time whether the server is alive, over a connection that it keeps and over fresh ones, and measures for how long
/// nothing came: the time of an answer without what the system let the server's event loop, and this thread, wait for a core.
final class Pinger: Sendable {
  private struct State {
    var longest = 0.0
    /// Answers that came, or didn't.
    var count = 0
    var problems: [String] = []
    var isStopped = false
  }

  private let state = Locked(State())
  private let target: Target
  /// Where the system says how long the event loop waited for a core.
  private let loopStatistics: String?

  init(_ target: Target) throws {
    self.target = target
    let tasks = "/proc/\(target.server.process.pid)/task"
    loopStatistics = try FileManager.default.contentsOfDirectory(atPath: tasks).first { task in
      (try? String(contentsOfFile: "\(tasks)/\(task)/comm", encoding: .utf8))?.hasPrefix("NIO-ELT") ?? false
    }.map { "\(tasks)/\($0)/schedstat" }
    Thread.detachNewThread { [self] in run() }
  }

  /// In seconds, since this was asked last.
  func takeLongest() -> Double {
    // The one that is asked for now may have waited for what was just done.
    let asked = state.withLock { $0.count }
    for _ in 0..<2000 where state.withLock({ $0.count < asked + 2 && !$0.isStopped }) { usleep(1000) }
    return takeLongestYet()
  }

  private func takeLongestYet() -> Double {
    state.withLock { state in
      defer { state.longest = 0 }
      return state.longest
    }
  }

  func takeProblems() -> [String] {
    state.withLock { state in
      defer { state.problems = [] }
      return state.problems
    }
  }

  func stop() { state.withLock { $0.isStopped = true } }

  private func run() {
    var kept: HTTP1Connection?
    var number = 0
    while !state.withLock({ $0.isStopped }) {
      number += 1
      do {
        let begin = (time: Date.now, waited: waited)
        let connection = try number % 2 == 0 ? kept ?? target.connect() : target.connect()
        let answer = try connection.request("GET", "/v2/health/live")
        let silence = Date.now.timeIntervalSince(begin.time) - (waited - begin.waited)
        if number % 2 == 0 { kept = connection }
        state.withLock { state in
          state.longest = max(state.longest, silence)
          if answer.status != 200 { state.problems.append("asked whether it lives it says \(answer.status)") }
        }
      } catch {
        kept = nil
        state.withLock { state in
          if !state.isStopped { state.problems.append("asked whether it lives: \(error)") }
        }
        usleep(100_000)
      }
      state.withLock { $0.count += 1 }
      usleep(2000)
    }
  }

  /// Seconds that the event loop and this thread were ready to run, and had no core.
  private var waited: Double {
    [loopStatistics, "/proc/thread-self/schedstat"].compactMap(\.self).reduce(0) { sum, path in
      let parts = (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: " ") ?? []
      return sum + (parts.dropFirst().first.flatMap { Double($0) } ?? 0) / 1e9
    }
  }
}
