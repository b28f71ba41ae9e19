import Foundation
import TestSupport
import Vision

/// Every engine in every precision that it has here, on the same networks, in turns in one process:
///
/// - the time of a run of one image, for two threads on one run, and for two callers of one thread each;
/// - what a call costs, by a network that does next to nothing;
/// - how often each picks the class that the first picks, over random crops of the photographs.
///
/// Usage: bench-engines [ROUNDS]
@main
struct BenchEngines {
  static func main() throws {
    let rounds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 20
    print("one image, ms (images per second), medians of \(rounds) interleaved rounds")
    for network in Network.all {
      try printTimes(of: network, "2 threads × 1 caller", threads: 2, callers: 1, rounds: rounds)
      try printTimes(of: network, "1 thread × 2 callers", threads: 1, callers: 2, rounds: rounds)
    }
    let folder = try TemporaryFolder()
    let nothing = try folder.write(ONNXModel { $0.side = 1 }.data, to: "nothing.onnx")
    print("a call of a network that does next to nothing, µs")
    for (threads, callers) in [(1, 1), (2, 1), (1, 2)] {
      let subjects = try Subject.all(model: nothing, threads: threads)
      let results = try measure(subjects, shape: [1, 3, 1, 1], callers: callers, runs: 1000, rounds: rounds)
      for (subject, times) in results {
        print("  \(threads) × \(callers)  \(subject)  \(times.latency.formatted(1000, decimals: 2))")
      }
    }
    print("the same class as the first, of 300 random crops; greatest difference of scores / greatest score")
    for network in Network.all { try printAgreement(on: network, crops: 300) }
  }

  private static func printTimes(
    of network: Network, _ mode: String, threads: Int, callers: Int, rounds: Int
  ) throws {
    let subjects = try Subject.all(model: network.path(), threads: threads)
    let results = try measure(subjects, shape: [1, 3, 224, 224], callers: callers, runs: 5, rounds: rounds)
    for (subject, times) in results {
      let (latency, throughput) = (
        times.latency.formatted(decimals: 2), times.throughput.formatted(decimals: 1)
      )
      print("  \(network.name)  \(mode)  \(subject)  \(latency) (\(throughput))")
    }
  }

  private static func printAgreement(on network: Network, crops: Int) throws {
    let subjects = try Subject.all(model: network.path(), threads: 2)
    let images = try RandomCrops(count: crops, normalisation: network.normalisation).tensors
    let right = try images.map { try subjects[0].scores($0) }
    print("  \(network.name)  classes that \(subjects[0].name) picks: \(Set(right.map(\.best)).count)")
    for subject in subjects.dropFirst() {
      let found = try images.map { try subject.scores($0) }
      let same = zip(found, right).count { $0.best == $1.best }
      let differences = zip(found, right).map { $0.difference(to: $1) }.sorted()
      print(
        "  \(network.name)  \(subject)  \(same) of \(crops)  median "
          + String(format: "%.1e, greatest %.1e", differences[crops / 2], differences[crops - 1]))
    }
  }
}

/// A network that is measured: EfficientNet-Lite0 (Tan and Le 2019) or ResNet-50 (He et al. 2016).
struct Network {
  let name: String
  let file: String
  let normalisation: Normalisation

  static let all = [
    Network(
      name: "EfficientNet-Lite0", file: "efficientnet-lite0.onnx",
      normalisation: Normalisation(mean: [127, 127, 127], standardDeviation: [128, 128, 128])),
    Network(
      name: "ResNet-50, untrained", file: "resnet50-untrained.onnx",
      normalisation: Normalisation(
        mean: [123.675, 116.28, 103.53], standardDeviation: [58.395, 57.12, 57.375])),
  ]

  func path() throws -> String { try Repository.path(".deps/models/" + file) }
}
