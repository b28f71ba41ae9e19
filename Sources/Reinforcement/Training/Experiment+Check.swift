import Basics
import Dataflow

extension Experiment {
  /// Whether every setting is one that a file may have.
  ///
  /// - Throws: `TrainingError.impossibleSetting`.
  public func check() throws(TrainingError) {
    do {
      for setting in Budget.settings { try setting.check(budget) }
      try algorithm.checkSettings()
    } catch let error as ConfigurationError {
      throw .impossibleSetting(error.reason)
    } catch {
      throw .impossibleSetting("\(error)")
    }
  }

  /// What of a run can't change while it goes on: its state is made of it.
  public static let fixedKeys: Set<String> = networkKeys.union([
    "environment", "seed", "buffer_size", "n_step",
  ])

  /// What networks are made of: weights fit those alone that have all of these in common.
  public static let networkKeys: Set<String> = ["algorithm", "hidden", "activation", "dueling"]

  /// A setting that was another one.
  public struct Change: Hashable, Sendable {
    public let key, before, now: String
  }

  /// Settings that are others than in the YAML of an earlier experiment, in their order. Those that it doesn't have are
  /// taken for defaults.
  public func changes(since earlier: String) -> [Change] {
    func values(_ yaml: String) -> [(key: String, value: String)] {
      yaml.split(separator: "\n").compactMap { line in
        let parts = line.split(separator: ": ", maxSplits: 1)
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
      }
    }
    let before = Dictionary(values(earlier).map { ($0.key, $0.value) }) { first, _ in first }
    return values(yaml).compactMap { key, value in
      guard let old = before[key], old != value else { return nil }
      return Change(key: key, before: old, now: value)
    }
  }
}

extension AlgorithmConfiguration {
  fileprivate func checkSettings() throws {
    for setting in Self.allSettings { try setting.check(self) }
  }
}
