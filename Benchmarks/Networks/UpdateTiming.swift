import Kernels
import Reinforcement

/// Times the parts of an update as DQN makes it, the whole update, and bare products at the layers' shapes.
struct UpdateTiming {
  let setting: Setting
  private let online: MLP
  private let target: any Network
  private let adam: Adam
  private let observations: Matrix
  private let nextObservations: Matrix
  private let outputGradient: Matrix

  init(_ setting: Setting) {
    self.setting = setting
    var random = RandomStream(seed: 1)
    online = MLP(
      inputSize: setting.input, hidden: setting.hidden, outputSize: setting.output,
      maximumBatch: setting.batch, using: &random)
    target = online.copy(maximumBatch: setting.batch)
    adam = Adam(online.parameters, learningRate: 1e-4, maximumGradientNorm: 10)
    observations = Matrix(rows: setting.batch, columns: setting.input)
    nextObservations = Matrix(rows: setting.batch, columns: setting.input)
    outputGradient = Matrix(rows: setting.batch, columns: setting.output)
    for row in 0..<setting.batch {
      for column in 0..<setting.input {
        observations.view[row, column] = Float(random.next() >> 40) / Float(1 << 24) - 0.5
        nextObservations.view[row, column] = Float(random.next() >> 40) / Float(1 << 24) - 0.5
      }
    }
  }

  func run(rounds: Int) {
    var (forward, backward, step, acting) = (Stopwatch(), Stopwatch(), Stopwatch(), Stopwatch())
    var (update, interpolation) = (Stopwatch(), Stopwatch())
    var products = products()
    let repetitions = max(1, Int(3e6 / setting.forwardWork))
    let observation = observations.view.prefix(1)
    for _ in 0..<rounds {
      acting.measure(repetitions: repetitions * 20) { _ = online.forward(observation) }
      forward.measure(repetitions: repetitions) { _ = online.forward(observations.view) }
      backward.measure(repetitions: repetitions) {
        online.backward(outputGradient.view, setsGradients: true, inputGradient: nil)
      }
      step.measure(repetitions: repetitions) { adam.step() }
      interpolation.measure(repetitions: repetitions) {
        target.parameters.interpolate(towards: online.parameters, weight: 0)
      }
      update.measure(repetitions: repetitions) { self.update() }
      for index in products.indices { products[index].measure(repetitions: repetitions) }
    }

    let work = 2 * setting.forwardWork + setting.backwardWork
    let rate = work / update.nanoseconds
    let best = products.map(\.rate).max() ?? .nan
    print("\n\(setting)")
    print("forward, one row \(acting.microseconds)")
    print("forward          \(forward.microseconds)")
    print("backward         \(backward.microseconds)")
    print("norm, clip, Adam \(step.microseconds)")
    print("Polyak average   \(interpolation.microseconds)")
    print("update           \(update.microseconds)   two forward, loss, backward, norm, clip, Adam")
    print("work in an update\(Stopwatch.format(work / 1e6)) MFLOP")
    print("rate             \(Stopwatch.format(rate)) GFLOP/s")
    for product in products { print("best product     \(Stopwatch.format(product.rate)) GFLOP/s \(product)") }
    print("rate / best      \(Stopwatch.format(rate / best))")
  }

  /// As DQN: targets by the target network, then a step on the squared error of the actions taken.
  private func update() {
    let next = target.forward(nextObservations.view)
    let values = online.forward(observations.view)
    let scale = 2 / Float(setting.batch)
    for row in 0..<setting.batch {
      var best = next[row, 0]
      for action in 1..<max(setting.output, 1) { best = max(best, next[row, action]) }
      let action = setting.output > 1 ? row & 1 : 0
      outputGradient.view[row, 1 - action] = 0
      outputGradient.view[row, action] = scale * (values[row, action] - (1 + 0.99 * best))
    }
    online.backward(outputGradient.view, setsGradients: true, inputGradient: nil)
    adam.step()
  }

  /// Each layer's product in the three forms that an update needs.
  private func products() -> [Product] {
    let sizes = [setting.input] + setting.hidden + [setting.output]
    return zip(sizes, sizes.dropFirst()).flatMap { inputs, outputs in
      [
        Product(rows: setting.batch, columns: outputs, depth: inputs, isTransposed: false),
        Product(rows: inputs, columns: outputs, depth: setting.batch, isTransposed: true),
        Product(rows: setting.batch, columns: inputs, depth: outputs, isTransposed: false),
      ]
    }
  }
}
