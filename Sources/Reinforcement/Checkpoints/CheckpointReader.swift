import Basics
import Foundation

/// The named parts of a checked checkpoint.
///
/// The file stays open, and parts are read directly into their targets without other memory.
public struct CheckpointReader {
  private let file: CheckpointFile
  private var prefix = ""

  /// Opens a checkpoint and checks all of it.
  ///
  /// - Throws: `CheckpointError` if it is unreadable, foreign, newer or damaged.
  public init(path: String) throws { file = try CheckpointFile(path: path) }

  public var path: String { file.path }
  public var metadata: CheckpointMetadata { file.metadata }

  public func contains(_ name: String) -> Bool { file.parts[prefix + name] != nil }

  /// - Throws: `CheckpointError` if the part is missing or has another size.
  public func get(_ name: String, into bytes: UnsafeMutableRawBufferPointer) throws {
    let range = try self.range(name)
    guard range.count == bytes.count else {
      throw CheckpointError(
        file: path, .size(part: prefix + name, bytes: range.count, expected: bytes.count))
    }
    try file.read(range, into: bytes)
  }

  /// - Throws: `CheckpointError` if the part is missing or has another size.
  public func get(_ name: String, into floats: UnsafeMutableBufferPointer<Float>) throws {
    try get(name, into: UnsafeMutableRawBufferPointer(floats))
  }

  /// - Throws: `CheckpointError` if the part is missing or has another type.
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

  /// Restores an object from the parts that `CheckpointWriter.put` wrote for it.
  public func get(_ name: String, _ object: any Checkpointable) throws {
    var inner = self
    inner.prefix += name + "."
    try object.restore(from: inner)
  }

  /// The error for a part that doesn't fit the restored object.
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
