extension Canvas {
  /// Paints a map over the whole picture, each of its numbers over the pixels that are nearest.
  ///
  /// - Parameters:
  ///   - mapWidth, mapHeight: sides of the map.
  ///   - colour: of a position in the map, rows from top to bottom; `nil` leaves the picture as it is.
  func paint(width mapWidth: Int, height mapHeight: Int, opacity: Double, _ colour: (Int) -> Colour?) {
    guard mapWidth > 0, mapHeight > 0 else { return }
    for row in 0..<height {
      let start = row * mapHeight / height * mapWidth
      for column in 0..<width {
        guard let colour = colour(start + column * mapWidth / width) else { continue }
        blend(colour, opacity, column, row)
      }
    }
  }
}
