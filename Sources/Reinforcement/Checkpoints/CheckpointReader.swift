import Basics
import Foundation

/// The named parts of a checkpoint that was read and checked.
///
/// The file stays open, and parts are read from it straight to where they belong: reading takes no memory besides.
public struct CheckpointReader {
  private let file: CheckpointFile
  private var prefix = ""

  /// Opens a checkpoint and checks all of it.
  ///
  /// - Throws: `CheckpointError` if it can't be read, is none, is newer, or isn't as it was written.
  public init(path: String) throws { file = try CheckpointFile(path: path) }

  public var path: String { file.path }
  public var metadata: CheckpointMetadata { file.metadata }

  public func contains(_ name: String) -> Bool { file.parts[prefix + name] != nil }

  /// - Throws: `CheckpointError` if there is no such part, or it has another size.
  public func get(_ name: String, into bytes: UnsafeMutableRawBufferPointer) throws {
    let range = try self.range(name)
    guard range.count == bytes.count else {
      throw CheckpointError(
        file: path, .size(part: prefix + name, bytes: range.count, expected: bytes.count))
    }
    try file.read(range, into: bytes)
  }

  public func get(_ name: String, into floats: UnsafeMutableBufferPointer<Float>) throws {
    try get(name, into: UnsafeMutableRawBufferPointer(floats))
  }

  /// - Throws: `CheckpointError` if there is no such part, or it is no such value.
  public func get<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
    let range = try self.range(name)
    guard range.count <= CheckpointFile.largestValue else {
      throw CheckpointError(
        file: path, .unfit(part: prefix + name, reason: "\(range.count) bytes are no single value"))
    }
    let data = try file.read(range)
    do {
      return try CheckpointJSON.decode(type, from: data)
    } catch {
      throw CheckpointError(
        file: path, .unfit(part: prefix + name, reason: "it is no \(type)"))
    }
  }

  /// Restores what `CheckpointWriter.put` wrote of an object of the same kind.
  public func get(_ name: String, _ object: any Checkpointable) throws {
    var inner = self
    inner.prefix += name + "."
    try object.restore(from: inner)
  }

  /// The error to throw where what was read doesn't fit the object that is restored.
  public func refusal(_ reason: String) -> CheckpointError {
    let object = prefix.hasSuffix(".") ? String(prefix.dropLast()) : prefix
    return CheckpointError(file: path, .unfit(part: object, reason: reason))
  }

  private func range(_ name: String) throws -> Range<Int> {
    guard let range = file.parts[prefix + name] else {
      throw CheckpointError(file: path, .missing(part: prefix + name))
    }
    return range
  }
}
