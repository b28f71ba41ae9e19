import Basics

/// Several images' maps in one tensor.
enum MapShape {
  /// - Throws: `MapSizesError` where they differ.
  static func common(_ sides: [(height: Int, width: Int)]) throws -> [Int] {
    guard let first = sides.first else { return [0, 0, 0] }
    guard let other = sides.first(where: { $0 != first }) else {
      return [sides.count, first.height, first.width]
    }
    throw MapSizesError(first: first, second: other)
  }

  /// The maps one after the other; a single one isn't copied.
  static func joined<Number>(_ maps: [[Number]]) -> [Number] {
    maps.count == 1 ? maps[0] : maps.flatMap { $0 }
  }

  /// Refuses a map that there is no memory for: the system's own refusal would end the process.
  ///
  /// - Throws: `EngineError.outOfMemory`.
  static func checkMemory(_ bytes: Int) throws(EngineError) {
    guard MemoryHeadroom.shared.allows(bytes) else { throw .outOfMemory(bytes: bytes) }
  }
}

/// Images of different sizes have no maps that fit one tensor.
public struct MapSizesError: Error, Sendable, Hashable, CustomStringConvertible {
  public let description: String

  package init(first: (height: Int, width: Int), second: (height: Int, width: Int)) {
    description =
      "the maps of these images are \(first.height) × \(first.width) and \(second.height) × \(second.width) pixels, which is no tensor; send the images one by one, or write 'output_size: network' in the pipeline"
  }
}
