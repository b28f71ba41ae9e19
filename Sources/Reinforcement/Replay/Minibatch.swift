import Kernels

/// Transitions drawn from a replay table, in matrices that each draw refills.
///
/// Row i of each matrix belongs to the same transition. `discounts[i]` is γ raised to the steps that the
/// transition spans, and 0 after a termination: a target is
/// `rewards[i] + discounts[i] · value(nextObservations[i])`. Truncated episodes keep their discount.
public final class Minibatch {
  public let capacity: Int
  /// The filled rows: 0 while the table can't be drawn from.
  public var count = 0
  /// `[capacity, observation size]`.
  public let observations: Matrix
  /// `[capacity, action size]`; a discrete action is its number.
  public let actions: Matrix
  /// `[capacity, observation size]`.
  public let nextObservations: Matrix
  /// `capacity` numbers.
  public let rewards: UnsafeMutablePointer<Float>
  /// `capacity` numbers.
  public let discounts: UnsafeMutablePointer<Float>
  /// The transitions' rows in the table.
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
