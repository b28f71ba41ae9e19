/// A map of the plane that keeps shapes: turned, scaled and moved.
///
/// (x, y) goes to (a·x − b·y + dx, b·x + a·y + dy).
struct Similarity: Sendable, Hashable {
  let a, b, dx, dy: Double

  /// The one that brings points nearest to others, by the sum of squares (Umeyama 1991), without reflection.
  ///
  /// - Returns: `nil` where the points are fewer than two or all the same.
  init?(from points: [(x: Double, y: Double)], to others: [(x: Double, y: Double)]) {
    guard points.count == others.count, points.count >= 2 else { return nil }
    let count = Double(points.count)
    func centre(_ points: [(x: Double, y: Double)]) -> (x: Double, y: Double) {
      (points.reduce(0) { $0 + $1.x } / count, points.reduce(0) { $0 + $1.y } / count)
    }
    let (from, to) = (centre(points), centre(others))
    var (dot, cross, spread) = (0.0, 0.0, 0.0)
    for (point, other) in zip(points, others) {
      let (x, y) = (point.x - from.x, point.y - from.y)
      let (u, v) = (other.x - to.x, other.y - to.y)
      dot += x * u + y * v
      cross += x * v - y * u
      spread += x * x + y * y
    }
    guard spread > 0, dot.isFinite, cross.isFinite, dot != 0 || cross != 0 else { return nil }
    (a, b) = (dot / spread, cross / spread)
    (dx, dy) = (to.x - a * from.x + b * from.y, to.y - b * from.x - a * from.y)
  }

  private init(a: Double, b: Double, dx: Double, dy: Double) {
    (self.a, self.b, self.dx, self.dy) = (a, b, dx, dy)
  }

  /// The way back.
  var inverse: Similarity {
    let norm = a * a + b * b
    let (a, b) = (self.a / norm, -self.b / norm)
    return Similarity(a: a, b: b, dx: -(a * dx - b * dy), dy: -(b * dx + a * dy))
  }
}
