import Basics
import Dataflow
import Foundation
import Planning

/// The account of a run, `run.json` in its folder, with a part for each start or resumption.
public struct RunRecord: Codable, Sendable {
  /// The run from one start to its end.
  public struct Part: Codable, Sendable {
    /// The first step, and the last saved one.
    public var firstStep: Int
    public var step: Int
    /// The time of the start, in UTC.
    public let began: String
    /// The updates of this part.
    public var updates = 0
    /// The duration up to the last save, with training, evaluations and checkpoints.
    public var seconds = 0.0
    /// The settings that differ from the previous part, as `key=value`.
    public let changes: [String]
    /// The checkpoint of its initial weights.
    public let startedFrom: String?
    /// The end's reason; `nil` while it runs, and after a kill.
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

  /// Reads a run's account; an empty one if the file is missing, as for earlier versions.
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

  /// The seconds of all parts but the current one.
  public var earlierSeconds: Double { parts.dropLast().reduce(0) { $0 + $1.seconds } }

  /// The seconds of all parts.
  public var seconds: Double { parts.reduce(0) { $0 + $1.seconds } }
  public var steps: Int { parts.reduce(0) { $0 + $1.step - $1.firstStep } }
  public var updates: Int { parts.reduce(0) { $0 + $1.updates } }

  /// The conditions of the latest part.
  public var conditions: RunConditions? { parts.last?.conditions }

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

  /// Updates the current part.
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
