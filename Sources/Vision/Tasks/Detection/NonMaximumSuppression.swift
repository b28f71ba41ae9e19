/// Leaves out boxes that overlap a better one by more than a threshold: of the same class, or of any; as torchvision's `nms`.
struct NonMaximumSuppression: Sendable {
  let overlap: Double
  let isClassAgnostic: Bool

  /// - Returns: the positions of those that are kept, best first, at most `limit`.
  /// - Complexity: O(candidates × kept), candidates at most `Candidates.maximumCount`.
  func kept(of candidates: Candidates, limit: Int) -> [Int] {
    var kept: [Int] = []
    // Edges side by side, so that one comparison after the other takes no detour.
    var edges: [Box] = []
    var areas: [Float] = []
    for position in candidates.order {
      let box = candidates.boxes[position]
      let (area, index) = (box.area, candidates.classes[position])
      var isSuppressed = false
      for other in kept.indices where isClassAgnostic || candidates.classes[kept[other]] == index {
        let width = min(box.x2, edges[other].x2) - max(box.x1, edges[other].x1)
        let height = min(box.y2, edges[other].y2) - max(box.y1, edges[other].y1)
        guard width > 0, height > 0 else { continue }
        let intersection = width * height
        if Double(intersection / (areas[other] + area - intersection)) > overlap {
          isSuppressed = true
          break
        }
      }
      guard !isSuppressed else { continue }
      kept.append(position)
      edges.append(box)
      areas.append(area)
      if kept.count >= limit { break }
    }
    return kept
  }
}
