import Basics
import Dataflow
import Foundation
import Planning

/// The account of a run, `run.json` in its folder: a part for each time that it was begun or gone on with.
public struct RunRecord: Codable, Sendable {
  /// The run from one start to its end: a run that goes on has several.
  public struct Part: Codable, Sendable {
    /// The step it began at, and the one that was saved last.
    public var firstStep: Int
    public var step: Int
    /// When it began, in UTC.
    public let began: String
    /// Updates of this part.
    public var updates = 0
    /// Of training, evaluations and checkpoints, until what was saved last.
    public var seconds = 0.0
    /// Settings that are others than in the part before, as `key=value`.
    public let changes: [String]
    /// The checkpoint whose weights it began with.
    public let startedFrom: String?
    /// How it ended; `nil` while it runs, and if it was killed.
    public var end: String?
    public let conditions: RunConditions

    enum CodingKeys: String, CodingKey {
      case began, changes, conditions, end, seconds, step, updates
      case firstStep = "first_step"
      case startedFrom = "started_from"
    }
  }

  public private(set) var parts: [Part] = []

  public init() {}

  /// Reads a run's account; an empty one if there is none, as of runs of earlier versions.
  ///
  /// - Throws: `FileError`.
  public init(contentsOf path: String) throws(FileError) {
    guard FileManager.default.fileExists(atPath: path) else { return }
    do {
      self = try JSONDecoder().decode(Self.self, from: Data.read(path, atMost: 1 << 24))
    } catch let error as FileError {
      throw FileError("can't read \(path): \(error)")
    } catch {
      throw FileError("\(path) is no account of a run; move it away to go on without")
    }
  }

  /// Seconds of all parts but the one that runs.
  public var earlierSeconds: Double { parts.dropLast().reduce(0) { $0 + $1.seconds } }

  /// Of all parts.
  public var seconds: Double { parts.reduce(0) { $0 + $1.seconds } }
  public var steps: Int { parts.reduce(0) { $0 + $1.step - $1.firstStep } }
  public var updates: Int { parts.reduce(0) { $0 + $1.updates } }

  /// The conditions of the latest part.
  public var conditions: RunConditions? { parts.last?.conditions }

  /// Begins a part.
  public mutating func begin(
    at step: Int, changes: [String] = [], startedFrom: String? = nil, under conditions: RunConditions,
    at date: Date = Date()
  ) {
    parts.append(
      Part(
        firstStep: step, step: step, began: date.formatted(.iso8601), changes: changes,
        startedFrom: startedFrom,
        conditions: conditions))
  }

  /// What the part that runs has come to.
  public mutating func update(step: Int, updates: Int, seconds: Double, end: String? = nil) {
    guard var part = parts.popLast() else { return }
    (part.step, part.updates, part.seconds, part.end) = (step, updates, seconds, end)
    parts.append(part)
  }

  /// - Throws: `FileError`.
  public func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try (encoder.encode(self) + Data("\n".utf8)).writeWhole(to: path)
  }
}
