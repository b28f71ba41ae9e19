import CKernels
import Synchronization

/// How many threads one large product may use: 1, or 2. For the whole process, as PyTorch's `set_num_threads`.
///
/// Results are the same bit for bit. A second thread pays where the machine has a core that nothing else wants: it looks
/// out for its next half for about 50 µs before it sleeps, and several trainings side by side take it from each other.
public enum ComputeThreads {
  private static let limit = Atomic<Int>(1)

  public static var count: Int {
    get { limit.load(ordering: .relaxed) }
    set { limit.store(min(max(newValue, 1), 2), ordering: .relaxed) }
  }
}
