import Basics
import Dataflow
import Foundation

/// Checks a model's file before an engine opens it by its path: an engine would wait for a pipe for ever, and
/// read a device until the memory is full.
///
/// The file may still be replaced before the engine opens it, by anyone with write access.
enum ModelFile {
  /// The maximum size of a protocol buffer.
  static let maximumBytes = Int(Int32.max)

  /// - Throws: `EngineError.modelNotFound`; `.modelUnreadable` if the file, or a file of its weights, is not
  ///   a regular file of a possible size.
  static func check(_ path: String) throws(EngineError) {
    guard FileManager.default.fileExists(atPath: path) else { throw .modelNotFound(path: path) }
    let weights: ExternalWeights
    do {
      let file = try RegularFile(path)
      guard file.size > 0 else { throw FileError("it is empty") }
      guard file.size <= maximumBytes else {
        throw FileError("it has more than \(maximumBytes) bytes; keep its weights in files of their own")
      }
      weights = try ExternalWeights(of: file)
    } catch let error as FileError {
      throw .modelUnreadable(path: path, reason: error.description)
    } catch {
      throw .modelUnreadable(path: path, reason: "\(error)")
    }
    for (location, bytes) in weights.bytes.sorted(by: { $0.key < $1.key }) {
      do {
        try check(location, of: path, bytes: bytes)
      } catch {
        throw .modelUnreadable(
          path: path, reason: "its weights in '\(location.printable(atMost: 200))': \(error)")
      }
    }
  }

  /// Refuses weights that a model of unknown origin must not lead to, and those that there are too few of.
  private static func check(_ location: String, of path: String, bytes: Int) throws {
    let folder = (path as NSString).deletingLastPathComponent
    let isInside = !location.hasPrefix("/") && !location.split(separator: "/").contains("..")
    guard isInside, !location.utf8.contains(0) else { throw outside }
    let weights = folder.isEmpty ? location : folder + "/" + location
    guard FileManager.default.fileExists(atPath: weights) else { throw FileError("there is no such file") }
    let size = try RegularFile(weights).size
    guard let root = resolved(folder.isEmpty ? "." : folder), let target = resolved(weights),
      target.hasPrefix(root == "/" ? root : root + "/")
    else { throw outside }
    guard bytes <= size else {
      throw FileError("it has \(size.counted("byte")), and the model wants \(bytes)")
    }
  }

  private static let outside = FileError("it is outside of the model's folder, where no weights are read")

  /// The path without symbolic links.
  private static func resolved(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
