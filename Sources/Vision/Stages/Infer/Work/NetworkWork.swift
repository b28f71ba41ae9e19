import Basics
import Dataflow

/// What a network does for one item, read from its file when it is first asked for.
final class NetworkWork: Sendable {
  private let path: String
  private let item: [Int?]?
  private let known = Locked<Work??>(nil)

  init(_ path: String, item: [Int?]? = nil) {
    self.path = path
    self.item = item
  }

  /// `nil` if it can't be told from the file.
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
