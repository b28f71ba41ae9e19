import Dataflow
import Foundation

/// A directory of models with their versions: `NAME/VERSION/pipeline.yaml`, or `NAME/VERSION/model.onnx`.
///
/// A version is a whole number from 1. Symbolic links are followed; whatever else lies there is passed over. Nothing is
/// remembered: each answer is read from the disk, which blocks.
public struct ModelRepository: Sendable {
  let path: String

  /// Bytes of a model's name.
  static let longestName = 128

  /// - Throws: `FileError` if this is no directory that can be read.
  public init(_ path: String) throws(FileError) {
    self.path = path
    if FileManager.default.fileExists(atPath: path), !isDirectory(path) {
      throw FileError("\(path) is a file; --repository wants a directory of NAME/VERSION/pipeline.yaml")
    }
    _ = try entries(of: path)
  }

  /// The models that have a version, in the order of their names.
  func names() throws(FileError) -> [String] {
    var names: [String] = []
    for name in try entries(of: path) where Self.isName(name) && isDirectory(path + "/" + name) {
      if try !numbers(in: name).isEmpty { names.append(name) }
    }
    return names.sorted()
  }

  /// A model's versions, the highest first.
  ///
  /// - Throws: `RepositoryError` if there are none, or the name can't be one; `FileError`.
  func versions(of name: String) throws -> [Int] {
    guard Self.isName(name) else { throw RepositoryError.wrongName(name) }
    let numbers = isDirectory(path + "/" + name) ? try numbers(in: name) : []
    guard !numbers.isEmpty else { throw RepositoryError.unknown(name, repository: path) }
    return numbers
  }

  /// The path of a version's pipeline, or of its model where that is all there is.
  func reference(of name: String, version: Int) throws(RepositoryError) -> String {
    let folder = "\(path)/\(name)/\(version)"
    for file in ["pipeline.yaml", "model.onnx"] {
      let reference = folder + "/" + file
      if FileManager.default.fileExists(atPath: reference) { return reference }
    }
    throw .empty(folder)
  }

  /// Whether a text from outside can be a model's name: nothing that leads out of the directory is.
  private static func isName(_ text: String) -> Bool {
    (1...longestName).contains(text.utf8.count) && !text.hasPrefix(".")
      && !text.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
  }

  private func numbers(in name: String) throws(FileError) -> [Int] {
    let folder = path + "/" + name
    return try entries(of: folder).compactMap { entry in
      // Not 01, which would be another 1.
      guard let number = Int(entry), number >= 1, entry == "\(number)", isDirectory(folder + "/" + entry)
      else { return nil }
      return number
    }.sorted(by: >)
  }

  private func isDirectory(_ path: String) -> Bool {
    var isDirectory = ObjCBool(false)
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
  }

  private func entries(of folder: String) throws(FileError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw FileError("can't read the directory \(folder)", error)
    }
  }
}
