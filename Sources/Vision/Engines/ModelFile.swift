import Basics
import Dataflow
import Foundation

/// A model's file, looked at before an engine gets its path and opens it by itself: an engine would wait for a pipe for ever,
/// and read a device until the memory is full.
///
/// Between the look and the engine's own opening the file may be replaced; that is up to whoever may write there.
enum ModelFile {
  /// What a protocol buffer has at most.
  static let maximumBytes = Int(Int32.max)

  /// - Throws: `EngineError.modelNotFound`; `.modelUnreadable` if it, or a file in which it keeps weights, is no regular file
  ///   of a size that a model can have.
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
      // What isn't there the engine tells better.
      guard location.utf8.contains(0) || FileManager.default.fileExists(atPath: weights) else { continue }
      do {
        _ = try RegularFile(weights)
      } catch {
        throw .modelUnreadable(path: path, reason: "its weights in '\(location)': \(error)")
      }
    }
  }
}
