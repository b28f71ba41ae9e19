import Dataflow

/// The work of a learner's update on a device, kernel by kernel. A forward or backward pass has a kernel for
/// each matrix product; an optimiser's step and a target's move have one for each network.
public struct UpdateWork: Sendable {
  public private(set) var kernels: [Work.Kernel] = []
  private let rows: Double

  /// - Parameter batch: the transitions of an update.
  public init(batch: Int) { rows = Double(batch) }

  /// - Parameter sizes: of the layers, the input first.
  public mutating func forward(_ sizes: [Int]) {
    for (input, output) in layers(sizes) { product(input, output) }
  }

  /// - Parameters:
  ///   - setsGradients: whether the parameters' gradients are computed.
  ///   - hasInputGradient: whether the input's gradient is computed.
  public mutating func backward(_ sizes: [Int], setsGradients: Bool = true, hasInputGradient: Bool = false) {
    for (index, (input, output)) in layers(sizes).enumerated().reversed() {
      if setsGradients { product(input, output) }
      if index > 0 || hasInputGradient { product(input, output) }
    }
  }

  /// Adam reads parameters, gradients and two moments, and writes all but the gradients.
  public mutating func optimise(_ sizes: [Int]) {
    let count = Self.parameters(sizes)
    kernels.append(Work.Kernel(flops: 12 * count, bytes: 28 * count))
  }

  public mutating func moveTarget(_ sizes: [Int]) {
    let count = Self.parameters(sizes)
    kernels.append(Work.Kernel(flops: 3 * count, bytes: 12 * count))
  }

  /// Adds the targets and the loss's derivative, with `size` numbers a transition.
  public mutating func loss(_ size: Int) {
    kernels.append(Work.Kernel(flops: 10 * rows * Double(size), bytes: 16 * rows * Double(size)))
  }

  static func parameters(_ sizes: [Int]) -> Double {
    zip(sizes, sizes.dropFirst()).reduce(0) { $0 + Double(($1.0 + 1) * $1.1) }
  }

  private func layers(_ sizes: [Int]) -> [(Int, Int)] { Array(zip(sizes, sizes.dropFirst())) }

  /// Adds a product of a layer's size, forward or backward.
  private mutating func product(_ input: Int, _ output: Int) {
    let (input, output) = (Double(input), Double(output))
    kernels.append(
      Work.Kernel(
        flops: 2 * rows * input * output, bytes: 4 * (rows * (input + output) + (input + 1) * output)))
  }
}

extension AlgorithmConfiguration {
  /// The layer sizes of a default network from the observation to a policy's output.
  func policySizes(_ spaces: Spaces) -> [Int] {
    let output = if case .discrete(let count) = spaces.action { count } else { spaces.action.size }
    return [spaces.observation.size] + common.hidden + [output]
  }

  func criticSizes(_ spaces: Spaces) -> [Int] {
    [spaces.observation.size + spaces.action.size] + common.hidden + [1]
  }
}

extension UpdateWork {
  /// Adds the critics' fit and the actor's improvement by the first critic, which counts `share` times.
  mutating func actorCritic(actor: [Int], critic: [Int], critics: Int, share: Double) {
    forward(actor)  // The target's.
    for _ in 0..<critics { forward(critic) }
    loss(1)
    for _ in 0..<critics {
      forward(critic)
      backward(critic)
      optimise(critic)
    }
    var improving = UpdateWork(batch: Int(rows))
    improving.forward(actor)
    improving.forward(critic)
    improving.backward(critic, setsGradients: false, hasInputGradient: true)
    improving.backward(actor)
    improving.optimise(actor)
    improving.moveTarget(actor)
    for _ in 0..<critics { improving.moveTarget(critic) }
    // Rarer work counts as less of everything, including kernel launches.
    let times = Int((Double(improving.kernels.count) * share).rounded())
    let flops = improving.kernels.reduce(0) { $0 + $1.flops } * share / Double(max(times, 1))
    let bytes = improving.kernels.reduce(0) { $0 + $1.bytes } * share / Double(max(times, 1))
    kernels +=
      share == 1 ? improving.kernels : (0..<times).map { _ in Work.Kernel(flops: flops, bytes: bytes) }
  }
}
