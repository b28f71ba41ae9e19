import CKernels
import Synchronization

/// How many threads one kernel may use: 1, or 2. For the whole process, as PyTorch's `set_num_threads`.
///
/// Results are the same bit for bit. What is large enough is halved, always alike: of activations the second thread has
/// the lower rows, of parameters the second half, so the next kernel finds what it reads in its own core's cache. It pays
/// where the machine has a core that nothing else wants: the second thread looks out for its next half for about 50 µs
/// before it sleeps, and several trainings side by side take it from each other.
public enum ComputeThreads {
  private static let limit = Atomic<Int>(1)

  public static var count: Int {
    get { limit.load(ordering: .relaxed) }
    set { limit.store(permitted(newValue), ordering: .relaxed) }
  }

  static func permitted(_ count: Int) -> Int { min(max(count, 1), 2) }

  /// Parameters that are worth a second thread: some 20 µs of Adam's.
  static let leastParameters = 1 << 16

  /// Whether a layer's activations are worth a second thread: whether a product between two layers of its greater width
  /// is, some 25 µs. So a network's narrow layers go with its wide ones: what they save is not time but the way of half
  /// the activations from core to core.
  static func isWorthwhile(batch: Int, width: Int) -> Bool { batch * width * width >= 1 << 22 }

  /// Calls `work` with what `part` makes of `0..<count`, or of its halves on two threads.
  ///
  /// - Parameters:
  ///   - worthwhile: whether to use a second thread, if there may be one.
  ///   - work: is given a pointer to a `Part`.
  static func run<Part>(
    over count: Int, worthwhile: Bool, _ part: (Range<Int>) -> Part,
    _ work: @convention(c) (UnsafeRawPointer?) -> Void
  ) {
    // At a multiple of a vector's length.
    let cut = (count / 2 + Matrix.padding - 1) / Matrix.padding * Matrix.padding
    guard worthwhile, self.count > 1, cut < count else {
      return withUnsafePointer(to: part(0..<count)) { work($0) }
    }
    withUnsafePointer(to: part(0..<cut)) { first in
      withUnsafePointer(to: part(cut..<count)) { second in ck_companion_run(work, first, second) }
    }
  }
}
