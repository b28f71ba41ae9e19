import Dataflow
import Foundation
import Kernels

/// Writes the named parts of a checkpoint, whole or not at all.
///
/// Parts go to the disk as they are put, so a checkpoint takes no memory besides what it keeps. What goes wrong on
/// the way is thrown by `finish`; without `finish` nothing is left of it. The format is `CheckpointHeader`'s.
public struct CheckpointWriter {
  private let output: CheckpointOutput
  private var prefix = ""

  /// Begins a checkpoint that will take the place of what is at `path`.
  ///
  /// - Throws: `CheckpointError` if there can't be a file.
  public init(path: String, metadata: CheckpointMetadata) throws {
    output = try CheckpointOutput(path: path, metadata: metadata)
  }

  /// Numbers as they lie in memory, little endian.
  public mutating func put(_ name: String, _ bytes: UnsafeRawBufferPointer) {
    output.append(prefix + name, bytes)
  }

  public mutating func put(_ name: String, floats: UnsafeBufferPointer<Float>) {
    put(name, UnsafeRawBufferPointer(floats))
  }

  /// A small value.
  public mutating func put(_ name: String, _ value: some Encodable) {
    output.append(prefix + name, value)
  }

  /// Writes what `object` keeps, its names preceded by `name` and a dot.
  public mutating func put(_ name: String, _ object: any Checkpointable) {
    let outer = prefix
    prefix += name + "."
    object.save(to: &self)
    prefix = outer
  }

  /// Puts the checkpoint in its place: from now on a power cut doesn't take it away.
  ///
  /// - Throws: `CheckpointError` saying what failed first; what was at the path before is untouched then.
  public func finish() throws { try output.finish() }
}
