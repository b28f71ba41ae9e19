/// The shape of several images' maps in one tensor.
enum MapShape {
  /// - Throws: `HeadError` where they differ.
  static func common(_ sides: [(height: Int, width: Int)]) throws -> [Int] {
    guard let first = sides.first else { return [0, 0, 0] }
    guard let other = sides.first(where: { $0 != first }) else {
      return [sides.count, first.height, first.width]
    }
    throw HeadError(
      "the maps of these images are \(first.height) × \(first.width) and \(other.height) × \(other.width) pixels, which is no tensor; send the images one by one, or write 'output_size: network' in the pipeline"
    )
  }
}
