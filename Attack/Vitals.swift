import Foundation
import TestSupport
import Wire

/// What the server has at a moment.
struct Vitals {
  /// Bytes that are resident.
  let memory: Int
  let files: Int
  let inFlight: Int

  init(of target: Target) throws {
    let process = "/proc/\(target.server.process.pid)"
    let pages = try String(contentsOfFile: process + "/statm", encoding: .utf8).split(separator: " ")
    memory = (pages.dropFirst().first.flatMap { Int($0) } ?? 0) * Int(getpagesize())
    files = try FileManager.default.contentsOfDirectory(atPath: process + "/fd").count
    let metrics = try target.connect().request("GET", "/metrics")
    inFlight = String(decoding: metrics.body, as: UTF8.self).split(separator: "\n")
      .filter { $0.hasPrefix("drivetrain_requests_in_flight{") }
      .reduce(0) { $0 + (Int($1.split(separator: " ").last ?? "") ?? 1) }
  }

  /// What is not as it was at this moment, and doesn't become so in some seconds.
  func problems(of target: Target, within seconds: Double, checksMemory: Bool) -> [String] {
    let end = Date.now + seconds
    var problems: [String] = []
    repeat {
      if target.server.process.hasEnded || target.guarded.process.hasEnded {
        return ["the server ended"]
      }
      do {
        let now = try Vitals(of: target)
        problems = []
        // Those who ask whether it is alive have a connection or two more.
        if now.files > files + 3 { problems.append("\(now.files) files are open, where there were \(files)") }
        if now.inFlight > 0 { problems.append("\(now.inFlight) requests stay in flight") }
        if checksMemory, Double(now.memory) > 1.1 * Double(memory) {
          problems.append("memory is \(now.memory >> 20) MiB, where it was \(memory >> 20)")
        }
        if problems.isEmpty { return [] }
      } catch {
        problems = ["the server doesn't answer: \(error)"]
      }
      usleep(250_000)
    } while Date.now < end
    return problems
  }
}
