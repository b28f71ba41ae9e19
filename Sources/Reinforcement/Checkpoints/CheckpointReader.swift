import Foundation

/// The named parts of a checkpoint that was read and checked.
public struct CheckpointReader {
  /// - Throws: `CheckpointError` if there is no such part, or it has another size.
  public func get(_ name: String, into bytes: UnsafeMutableRawBufferPointer) throws {}

  public func get(_ name: String, into floats: UnsafeMutableBufferPointer<Float>) throws {}

  public func get<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
    fatalError("being built")
  }

  /// Restores what `CheckpointWriter.put` wrote of an object of the same kind.
  public func get(_ name: String, _ object: any Checkpointable) throws {}
}
