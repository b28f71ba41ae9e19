import Basics
import Dataflow

extension Experiment {
  /// Checks that a file may have every setting's value.
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

  /// The settings that can't change in a resumed run, because its state depends on them.
  public static let fixedKeys: Set<String> = networkKeys.union([
    "environment", "seed", "buffer_size", "n_step",
  ])

  /// The settings that determine the networks: weights fit only networks with equal ones.
  public static let networkKeys: Set<String> = ["algorithm", "hidden", "activation", "dueling"]

  /// A changed setting.
  public struct Change: Hashable, Sendable {
    public let key, before, now: String
  }

  /// The settings that differ from the YAML of an earlier experiment, in their order. Settings missing there
  /// count as defaults.
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
