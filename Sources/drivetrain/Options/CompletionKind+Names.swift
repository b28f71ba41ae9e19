import ArgumentParser
import Basics
import Dataflow
import Foundation

extension CompletionKind {
  /// The names of YAML files in Drivetrain's folders; where none fits, shells complete files.
  static func named(in folders: String...) -> CompletionKind {
    .custom { _, _, prefix in
      let names = folders.flatMap { folder -> [String] in
        let path = Installation.find(folder) ?? folder
        let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
      }
      return names.filter { $0.hasPrefix(prefix) }.sorted()
    }
  }
}
