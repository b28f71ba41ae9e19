import Foundation

/// Removes the machine's drift from values measured in turns: each value is divided by its turn's common
/// factor.
///
/// Median polish (Tukey, *Exploratory Data Analysis*, 1977) of the logarithms finds the factors.
///
/// - Parameter values: by row and turn; positive, or `nil` for a turn that doesn't count.
/// - Returns: for each row, the values that aren't `nil`.
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
