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
    let locations: Set<String>
    do {
      let file = try RegularFile(path)
      guard file.size > 0 else { throw FileError("it is empty") }
      guard file.size <= maximumBytes else {
        throw FileError("it has more than \(maximumBytes) bytes; keep its weights in files of their own")
      }
      locations = try ExternalWeights(of: file).locations
    } catch let error as FileError {
      throw .modelUnreadable(path: path, reason: error.description)
    } catch {
      throw .modelUnreadable(path: path, reason: "\(error)")
    }
    for location in locations.sorted() {
      let weights =
        location.hasPrefix("/")
        ? location : (path as NSString).deletingLastPathComponent.appending("/" + location)
      // The engine reports a missing file better.
      guard location.utf8.contains(0) || FileManager.default.fileExists(atPath: weights) else { continue }
      do {
        _ = try RegularFile(weights)
      } catch {
        throw .modelUnreadable(path: path, reason: "its weights in '\(location)': \(error)")
      }
    }
  }
}
