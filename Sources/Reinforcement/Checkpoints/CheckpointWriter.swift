import Dataflow
import Foundation
import Kernels

/// A writer of a checkpoint's named parts, as a whole or not at all.
///
/// Parts go directly to the disk, so a checkpoint takes no extra memory. `finish` throws any earlier error;
/// without `finish` nothing is left of the checkpoint. The format is `CheckpointHeader`'s.
public struct CheckpointWriter {
  private let output: CheckpointOutput
  private var prefix = ""

  /// Begins a checkpoint, which will replace the file at `path`.
  ///
  /// - Throws: `CheckpointError` if there can't be a file.
  public init(path: String, metadata: CheckpointMetadata) throws {
    output = try CheckpointOutput(path: path, metadata: metadata)
  }

  /// Writes numbers as in memory, little endian.
  public mutating func put(_ name: String, _ bytes: UnsafeRawBufferPointer) {
    output.append(prefix + name, bytes)
  }

  public mutating func put(_ name: String, floats: UnsafeBufferPointer<Float>) {
    put(name, UnsafeRawBufferPointer(floats))
  }

  /// Writes a small value.
  public mutating func put(_ name: String, _ value: some Encodable) {
    output.append(prefix + name, value)
  }

  /// Writes the parts of `object`, their names preceded by `name` and a dot.
  public mutating func put(_ name: String, _ object: any Checkpointable) {
    let outer = prefix
    prefix += name + "."
    object.save(to: &self)
    prefix = outer
  }

  /// Puts the checkpoint in its place, where it survives a power cut.
  ///
  /// - Throws: `CheckpointError` with the first failure; the file at the path is untouched then.
  public func finish() throws { try output.finish() }
}
