import Foundation

/// What several things measured by turns would have been, had the machine not become slower and faster meanwhile: all of
/// a turn are divided by how much better than usual its things were, all alike.
///
/// Median polish (Tukey, *Exploratory Data Analysis*, 1977) of the logarithms: a thing is the median of its values, and a
/// turn of its, each without the other.
///
/// - Parameter values: of each thing, by turn; more than 0, or `nil` where a turn doesn't count.
/// - Returns: of each thing, those that are not `nil`.
func withoutDrift(_ values: [[Double?]]) -> [[Double]] {
  let rows = values.map { $0.map { $0.map { log($0) } } }
  var drift = (rows.first ?? []).map { _ in 0.0 }
  func withoutIt(_ row: [Double?]) -> [Double] {
    zip(row, drift).compactMap { value, drift in value.map { $0 - drift } }
  }
  for _ in 0..<20 {
    let levels = rows.map { Measurement(of: withoutIt($0))?.median ?? 0 }
    let turns = drift.indices.map { turn in
      Measurement(of: zip(rows, levels).compactMap { row, level in row[turn].map { $0 - level } })?.median
    }
    // The usual turn stays as it is.
    guard let usual = Measurement(of: turns.compactMap(\.self))?.median else { break }
    drift = turns.map { ($0 ?? usual) - usual }
  }
  return rows.map { withoutIt($0).map { exp($0) } }
}
