import Foundation

/// Collects the named parts of a checkpoint.
public struct CheckpointWriter {
  /// Numbers as they lie in memory, little endian.
  public mutating func put(_ name: String, _ bytes: UnsafeRawBufferPointer) {}

  public mutating func put(_ name: String, floats: UnsafeBufferPointer<Float>) {}

  /// A small value.
  public mutating func put(_ name: String, _ value: some Encodable) {}

  /// Writes what `object` keeps, its names preceded by `name` and a dot.
  public mutating func put(_ name: String, _ object: any Checkpointable) {}
}
