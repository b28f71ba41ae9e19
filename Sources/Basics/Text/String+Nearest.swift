extension String {
  /// The candidate that this most likely misspells; `nil` if none is close.
  ///
  /// Close means that a letter is the same, and that the Damerau–Levenshtein distance is at most a third of
  /// the length, or 1 in short words.
  public func nearest(in candidates: some Sequence<String>) -> String? {
    let limit = Swift.max(1, count / 3)
    return candidates.map { (candidate: $0, distance: editDistance(to: $0)) }
      .filter { $0.distance <= limit && $0.distance < count }
      .min { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }?.candidate
  }

  /// A hint for a name that isn't among the candidates: the nearest candidate, or `otherwise`.
  public func hint(among candidates: some Sequence<String>, otherwise: String) -> String {
    nearest(in: candidates).map { "did you mean '\($0)'?" } ?? otherwise
  }

  /// A hint for a name that isn't among the candidates: the nearest candidate, or all of them.
  public func hint(among candidates: [String]) -> String {
    hint(among: candidates, otherwise: "there is \(candidates.joined(separator: ", "))")
  }

  /// The Damerau–Levenshtein distance: insertions, deletions, substitutions and swaps of neighbours.
  func editDistance(to other: String) -> Int {
    let (a, b) = (Array(lowercased()), Array(other.lowercased()))
    guard a.count <= 64, b.count <= 64 else { return Int.max }
    var rows = [Array(0...b.count)]
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var best = Swift.min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = Swift.min(best, rows[i - 1][j - 1] + 1) }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}
