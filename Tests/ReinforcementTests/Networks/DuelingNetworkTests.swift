import Kernels
import Testing

@testable import Reinforcement

@Suite struct DuelingNetworkTests {
  /// Q = V + A − mean A: the mean over actions is the value, differences are those of the advantages.
  @Test func combinesValueAndAdvantage() {
    var random = RandomStream(seed: 2)
    let network = DuelingNetwork(
      inputSize: 4, hidden: [8, 6], outputSize: 3, maximumBatch: 2, using: &random)
    let input = Matrix(rows: 2, columns: 4)
    for column in 0..<4 { input.view[1, column] = Float(column) - 1.5 }
    let outputs = network.forward(input.view)
    let features = network.trunk!.forward(input.view)
    let value = network.value.forward(features)
    let advantage = network.advantage.forward(features)
    for row in 0..<2 {
      #expect(abs(outputs.row(row).reduce(0, +) / 3 - value[row, 0]) < 1e-6)
      #expect(abs((outputs[row, 2] - outputs[row, 0]) - (advantage[row, 2] - advantage[row, 0])) < 1e-6)
    }
  }
}
