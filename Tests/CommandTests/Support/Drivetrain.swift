import Dataflow
import Foundation
import Planning
import TestSupport
import Testing
import Wire

/// The built program, as users run it.
enum Drivetrain {
  /// What a run of it gave.
  struct Run {
    let exitCode: Int
    let standardOutput: String
    let standardError: String

    var errorLines: [Substring] { standardError.split(separator: "\n") }

    func json() throws -> Report { try Report(json: Data(standardOutput.utf8)) }
  }

  static var path: String { ChildProcess.builtProgram("drivetrain") }

  static func run(
    _ arguments: String..., environment: [String: String] = [:], output: String? = nil
  ) throws -> Run {
    try run(arguments: arguments, environment: environment, output: output)
  }

  static func run(
    arguments: [String], environment: [String: String] = [:], output: String? = nil
  ) throws -> Run {
    let process = try ChildProcess(path, arguments, environment: environment, output: output)
    return Run(
      exitCode: try process.wait(), standardOutput: process.standardOutput,
      standardError: process.standardError)
  }
}

/// The answer in JSON, as the documentation promises it.
struct Report: Decodable {
  struct Item: Decodable {
    let input: String
    let width, height: Int?
    let bytes: Int
    let outputs: [Output]?
    let attribution: Attribution?
    let error: String?
  }

  struct Output: Decodable {
    let label: String
    let index: Int
    let score: Double
  }

  struct Attribution: Decodable {
    struct Part: Decodable {
      let name: String
      let us: Double
      let share: Double
    }

    let totalUs: Double
    let stages: [Part]
    let unattributedUs: Double

    /// The parts sum to the whole.
    func check(_ location: SourceLocation = #_sourceLocation) {
      let sum = stages.reduce(unattributedUs) { $0 + $1.us }
      #expect(abs(sum - totalUs) <= 1e-6 * Double(stages.count + 1), sourceLocation: location)
      let share = stages.reduce(unattributedUs / totalUs) { $0 + $1.share }
      #expect(abs(share - 1) < 1e-9, sourceLocation: location)
    }

    /// Next to nothing stays unexplained of most: one may lose the core between two stages.
    static func check(
      _ attributions: [Attribution], sourceLocation location: SourceLocation = #_sourceLocation
    ) {
      for attribution in attributions { attribution.check(location) }
      let explained = attributions.count { $0.unattributedUs <= 0.02 * $0.totalUs }
      #expect(2 * explained > attributions.count, "\(attributions)", sourceLocation: location)
    }
  }

  let pipeline: String
  let items: [Item]

  init(json: Data) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(Report.self, from: json)
  }
}

extension Response {
  func report() throws -> Report { try Report(json: body) }
}
