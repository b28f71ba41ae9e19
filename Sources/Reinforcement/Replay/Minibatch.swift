import Kernels

/// Transitions drawn from a replay table, in matrices that are filled again by the next draw.
///
/// Row i of each matrix belongs to the same transition. `discounts[i]` is γ raised to the steps that the
/// transition spans, and 0 where the episode terminated: a target is
/// `rewards[i] + discounts[i] · value(nextObservations[i])`. Truncated episodes keep their discount.
public final class Minibatch {
  public let capacity: Int
  /// Rows that are filled: 0 while the table isn't ready to be drawn from.
  public var count = 0
  /// `[capacity, observation size]`.
  public let observations: Matrix
  /// `[capacity, action size]`; a discrete action is its number.
  public let actions: Matrix
  public let nextObservations: Matrix
  public let rewards: UnsafeMutablePointer<Float>
  public let discounts: UnsafeMutablePointer<Float>
  /// The table's rows that the transitions were drawn from.
  public let indices: UnsafeMutablePointer<Int>

  public init(capacity: Int, observationSize: Int, actionSize: Int) {
    self.capacity = capacity
    observations = Matrix(rows: capacity, columns: observationSize)
    actions = Matrix(rows: capacity, columns: actionSize)
    nextObservations = Matrix(rows: capacity, columns: observationSize)
    rewards = .allocate(capacity: capacity)
    rewards.initialize(repeating: 0, count: capacity)
    discounts = .allocate(capacity: capacity)
    discounts.initialize(repeating: 0, count: capacity)
    indices = .allocate(capacity: capacity)
    indices.initialize(repeating: 0, count: capacity)
  }

  deinit {
    rewards.deallocate()
    discounts.deallocate()
    indices.deallocate()
  }
}
