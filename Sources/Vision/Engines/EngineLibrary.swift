import Basics
import CDivision
import Dataflow
import Foundation

/// The place of an engine's shared library: the path in `DRIVETRAIN_ENGINE`, else the library that
/// `Scripts/setup` has fetched, else the system's search path.
struct EngineLibrary {
  private let engine: String
  private let path: String
  private let remedy: String

  /// - Parameter file: the library's path in the folder to which `Scripts/setup` fetches libraries.
  init(of engine: String, file: String) {
    let variable = "DRIVETRAIN_\(engine.uppercased())"
    let chosen = ProcessInfo.processInfo.environment[variable]
    self.engine = engine
    path = chosen ?? Installation.find(".deps/lib/\(file)") ?? (file as NSString).lastPathComponent
    remedy = chosen == nil ? "run Scripts/setup" : "correct or unset \(variable)"
  }

  /// - Parameter load: the C layer's function, which returns an error message or a library.
  func open(
    _ load: (String, UnsafeMutablePointer<OpaquePointer?>) -> UnsafeMutablePointer<CChar>?
  ) throws(EngineError) -> OpaquePointer {
    if path.contains("/") {
      do {
        _ = try RegularFile(path)  // Opening a pipe would block.
      } catch {
        throw .libraryNotFound(engine: engine, reason: "\(path): \(error); \(remedy)")
      }
    }
    var library: OpaquePointer?
    if let reason = takeText(load(path, &library)) {
      throw .libraryNotFound(engine: engine, reason: "\(reason); \(remedy)")
    }
    guard let library else { throw .libraryNotFound(engine: engine, reason: "out of memory") }
    division_make_total()
    return library
  }
}
