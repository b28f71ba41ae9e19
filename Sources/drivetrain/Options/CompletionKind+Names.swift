import ArgumentParser
import Basics
import Dataflow
import Foundation

extension CompletionKind {
  /// The names of YAML files in folders that belong to Drivetrain; files of one's own are what shells complete where none fits.
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
