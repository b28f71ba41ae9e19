import Basics
import Dataflow

/// The work of a network for one item, read from its file on first use.
final class NetworkWork: Sendable {
  private let path: String
  private let item: [Int?]?
  private let known = Locked<Work??>(nil)

  init(_ path: String, item: [Int?]? = nil) {
    self.path = path
    self.item = item
  }

  /// `nil` if the file doesn't determine it.
  var work: Work? {
    known.withLock { known in
      if let known { return known }
      let work = ONNXWork(contentsOf: path, item: item).map {
        Work($0.kernels, input: Work.Traffic(bytes: 4 * Double($0.inputCount)))
      }
      known = work
      return work
    }
  }
}
