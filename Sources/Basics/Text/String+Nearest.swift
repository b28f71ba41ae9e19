extension String {
  /// The candidate that this is most likely a misspelling of, or `nil` when none is close.
  ///
  /// Close means a Damerau–Levenshtein distance of at most a third of the length, or of one in short
  /// words; and that some letter is the same.
  public func nearest(in candidates: some Sequence<String>) -> String? {
    let limit = Swift.max(1, count / 3)
    return candidates.map { (candidate: $0, distance: editDistance(to: $0)) }
      .filter { $0.distance <= limit && $0.distance < count }
      .min { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }?.candidate
  }

  /// What to tell about a name that isn't one of the candidates: which it may be a misspelling of, or `otherwise`.
  public func hint(among candidates: some Sequence<String>, otherwise: String) -> String {
    nearest(in: candidates).map { "did you mean '\($0)'?" } ?? otherwise
  }

  /// The same; otherwise, what there is.
  public func hint(among candidates: [String]) -> String {
    hint(among: candidates, otherwise: "there is \(candidates.joined(separator: ", "))")
  }

  /// Insertions, deletions, substitutions and swaps of neighbours that turn one into the other.
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
