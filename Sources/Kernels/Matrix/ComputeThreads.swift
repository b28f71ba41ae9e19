import CKernels
import Synchronization

/// The number of threads in one kernel, 1 or 2. It is global, like PyTorch's `set_num_threads`.
///
/// Results are the same bit for bit. Large work is always halved alike: the second thread has the lower rows
/// of activations and the second half of parameters, so a kernel's input is in its core's cache. It pays on a
/// machine with an otherwise idle core: the second thread polls for about 50 µs before it sleeps, and
/// concurrent trainings compete for it.
public enum ComputeThreads {
  private static let limit = Atomic<Int>(1)

  public static var count: Int {
    get { limit.load(ordering: .relaxed) }
    set { limit.store(permitted(newValue), ordering: .relaxed) }
  }

  static func permitted(_ count: Int) -> Int { min(max(count, 1), 2) }

  /// The parameters that are worth a second thread: some 20 µs of Adam.
  static let leastParameters = 1 << 16

  /// Whether a layer's activations are worth a second thread: some 25 µs for a square product of its width.
  /// Narrow layers follow their network's wide ones: that saves moving half the activations between cores.
  static func isWorthwhile(batch: Int, width: Int) -> Bool { batch * width * width >= 1 << 22 }

  /// Calls `work` for `0..<count`, or for its halves on two threads.
  ///
  /// - Parameters:
  ///   - worthwhile: whether to use a second thread, if allowed.
  ///   - part: the argument for a range.
  ///   - work: receives a pointer to a `Part`.
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
