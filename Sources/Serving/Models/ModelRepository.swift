import Basics
import Foundation

/// A directory of models with their versions: `NAME/VERSION/pipeline.yaml`, `NAME/VERSION/model.onnx`, or an export's folder as
/// `NAME/VERSION`.
///
/// A version is a whole number from 1. Symbolic links are followed; other entries are ignored. Nothing is
/// cached: each call reads the disk, which blocks.
public struct ModelRepository: Sendable {
  let path: String

  /// Maximum bytes of a model's name.
  static let longestName = String.longestName
  /// Maximum models, as in metrics; further ones are ignored.
  static let maximumModels = 1000
  /// Maximum versions of a model; lower ones are ignored.
  static let maximumVersions = 100

  /// - Throws: `FileError` if this is no directory that can be read.
  public init(_ path: String) throws(FileError) {
    self.path = path
    if FileManager.default.fileExists(atPath: path), !Folder.exists(path) {
      throw FileError("\(path) is a file; --repository wants a directory of NAME/VERSION/pipeline.yaml")
    }
    _ = try entries(of: path)
  }

  /// The models that have a version, in the order of their names.
  func names() throws(FileError) -> [String] { try contents().names }

  /// The models that have a version, in the order of their names; and entries that look like models but can't
  /// be served, with the reason.
  func contents() throws(FileError) -> (names: [String], ignored: [String]) {
    var (names, ignored): ([String], [String]) = ([], [])
    for entry in try entries(of: path).sorted(by: { $0.name < $1.name }) {
      // Hidden entries may be incomplete.
      guard !entry.name.hasPrefix("."), entry.isFolder(in: path) else { continue }
      func ignore(_ reason: String) {
        ignored.append("\(path)/\(entry.name) is passed over: \(reason)".printable(atMost: 500))
      }
      if let flaw = entry.name.flawAsName {
        ignore("its name \(flaw)")
      } else {
        do throws(FileError) {
          guard try !numbers(in: entry.name).isEmpty else {
            ignore("it has no version, which is a folder called by a whole number from 1")
            continue
          }
          if names.count < Self.maximumModels {
            names.append(entry.name)
          } else {
            ignore("there are more than \(Self.maximumModels) models")
          }
        } catch {
          ignore("\(error)")
        }
      }
    }
    return (names, ignored)
  }

  /// A model's versions, the highest first.
  ///
  /// - Throws: `RepositoryError` if there are none, or the name can't be one; `FileError`.
  func versions(of name: String) throws -> [Int] {
    guard Self.isName(name) else { throw RepositoryError.wrongName(name) }
    let numbers = Folder.exists(path + "/" + name) ? try numbers(in: name) : []
    guard !numbers.isEmpty else { throw RepositoryError.unknown(name, repository: path) }
    return numbers
  }

  /// The path of a version's pipeline, or of its model if it has no pipeline: its `model.onnx`, or the folder of a graph called
  /// otherwise, or in a folder `onnx`.
  func reference(of name: String, version: Int) throws(RepositoryError) -> String {
    let folder = "\(path)/\(name)/\(version)"
    for file in ["pipeline.yaml", "model.onnx"] {
      let reference = folder + "/" + file
      if FileManager.default.fileExists(atPath: reference) { return reference }
    }
    let names = [folder, folder + "/onnx"].flatMap {
      (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? []
    }
    if names.contains(where: { $0.hasSuffix(".onnx") }) { return folder }
    throw .empty(folder)
  }

  /// Whether a text from outside can be a model's name, which never leads out of the directory.
  private static func isName(_ text: String) -> Bool { text.flawAsName == nil && !text.hasPrefix(".") }

  private func numbers(in name: String) throws(FileError) -> [Int] {
    let folder = path + "/" + name
    let versions = try entries(of: folder).compactMap { entry -> (number: Int, entry: Folder.Entry)? in
      // Not 01, which would duplicate 1.
      guard let number = Int(entry.name), number >= 1, entry.name == "\(number)" else { return nil }
      return (number, entry)
    }.sorted { $0.number > $1.number }
    // Links are followed only as far as needed.
    return Array(
      versions.lazy.filter { $0.entry.isFolder(in: folder) }.map(\.number).prefix(Self.maximumVersions))
  }

  private func entries(of folder: String) throws(FileError) -> [Folder.Entry] {
    do {
      return try Folder.entries(of: folder)
    } catch {
      throw FileError("can't read the directory \(folder): \(error)")
    }
  }
}
