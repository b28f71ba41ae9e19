import Dataflow
import Foundation

/// Every episode of every evaluation, a line for each: `step,seed,return,length`.
///
/// Used by one thread at a time.
final class EvaluationsCSV {
  private let file: AppendedFile
  /// The mean returns of the evaluations, in order.
  private(set) var curve: [Double] = []

  private static let header = "step,seed,return,length\n"

  /// Begins a table, or continues one and drops its later steps.
  ///
  /// - Throws: `FileError`.
  init(path: String, resumingAt step: Int? = nil) throws {
    let header = Array(Self.header.utf8)
    if let step, let present = try TableText(contentsOf: path) {
      guard present.header + "\n" == Self.header else { throw present.otherColumns }
      let rows = present.rows(upTo: step)
      curve = Self.means(rows)
      file = try present.keeping(header, rows.map(String.init))
    } else {
      file = try AppendedFile(path: path, .empty)
      try file.append(header)
    }
  }

  /// - Throws: `FileError`; the table then ends with the previous evaluation.
  func write(_ evaluation: Evaluation, at step: Int) throws {
    let lines = evaluation.returns.enumerated().map { index, value in
      let length = index < evaluation.lengths.count ? "\(evaluation.lengths[index])" : ""
      return "\(step),\(evaluation.seed &+ UInt64(index)),\(value),\(length)\n"
    }
    try file.append(Array(lines.joined().utf8))
    curve.append(evaluation.mean)
  }

  private static func means(_ rows: [Substring]) -> [Double] {
    var means: [Double] = []
    var (step, sum, count): (Substring, Double, Int) = ("", 0, 0)
    for fields in rows.map({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
      if fields[0] != step, count > 0 {
        means.append(sum / Double(count))
        (sum, count) = (0, 0)
      }
      step = fields[0]
      sum += fields.count > 2 ? Double(fields[2]) ?? .nan : .nan
      count += 1
    }
    return count > 0 ? means + [sum / Double(count)] : means
  }
}

/// Every step, a line for each: its number, the episode's, the action in the environment's form, the reward,
/// and whether the episode terminated or was truncated.
///
/// Lines are buffered. Used by one thread at a time.
final class StepsCSV {
  private let file: AppendedFile
  private var waiting: [UInt8] = []
  private var failure: (any Error)?

  private static let most = 1 << 18

  /// - Throws: `FileError`.
  init(path: String, actionSize: Int, resumingAt step: Int? = nil) throws {
    let actions = actionSize == 1 ? "action" : (0..<actionSize).map { "action_\($0)" }.joined(separator: ",")
    let header = "step,episode,\(actions),reward,terminated,truncated\n"
    if let step, FileManager.default.fileExists(atPath: path) {
      file = try AppendedFile(
        path: path, .keeping(TableText.length(of: path, header: header, upTo: step)))
    } else {
      file = try AppendedFile(path: path, .empty)
      try file.append(Array(header.utf8))
    }
  }

  func append(_ step: StepRecord) {
    let action = step.action.map { "\($0)" }.joined(separator: ",")
    let line =
      "\(step.step),\(step.episode),\(action),\(step.reward),\(step.isTerminated ? 1 : 0),\(step.isTruncated ? 1 : 0)\n"
    waiting += line.utf8
    if waiting.count > Self.most { try? flush() }
  }

  /// - Throws: `FileError`, also of an earlier write.
  func flush() throws {
    if let failure { throw failure }
    do {
      try file.append(waiting)
    } catch {
      failure = error
      throw error
    }
    waiting.removeAll(keepingCapacity: true)
  }
}
