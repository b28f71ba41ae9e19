import Foundation
import Planning
import Testing

@testable import Vision

@Suite struct ClassificationTests {
  private func classify(
    _ numbers: [Float], names: [String] = [], top: Int = 5, softmax: Bool = true
  ) throws -> [Classification.Label] {
    var numbers = numbers
    return try numbers.withUnsafeMutableBufferPointer {
      try Classification($0, names: names, count: top, softmax: softmax).labels
    }
  }

  @Test func bestFirstAndOfEqualsTheFirst() throws {
    let labels = try classify([1, 3, 2, 3, 0], names: ["a", "b", "c", "d", "e"], top: 3, softmax: false)
    #expect(labels.map(\.label) == ["b", "d", "c"] && labels.map(\.index) == [1, 3, 2])
    #expect(labels.map(\.score) == [3, 3, 2])
  }

  @Test(arguments: [1, 2, 7, 100, 1000]) func agreesWithSorting(top: Int) throws {
    let numbers = (0..<500).map { Float(($0 * 7919) % 251) }
    let expected = numbers.indices.sorted { (-numbers[$0], $0) < (-numbers[$1], $1) }.prefix(top)
    #expect(try classify(numbers, top: top, softmax: false).map(\.index) == Array(expected))
  }

  @Test func probabilitiesSumToOne() throws {
    let labels = try classify([1000, 999, -1000], top: 3)
    #expect(abs(labels.reduce(0) { $0 + $1.score } - 1) < 1e-6)
    #expect(abs(labels[0].score / labels[1].score - exp(1)) < 1e-4)
  }

  @Test func classesWithoutNames() throws {
    #expect(try classify([0, 1], names: ["only"]).map(\.label) == ["class 1", "only"])
  }

  @Test func neverIsLeftOut() throws {
    #expect(try classify([0, -.infinity, 1]).map(\.index) == [2, 0])
  }

  @Test(arguments: [[0, .nan, 1], [.infinity, 0], [.nan], [-.infinity, -.infinity], [Float]()])
  func refusesWhatIsNotFinite(numbers: [Float]) {
    #expect(throws: OutputError.self) { try classify(numbers) }
    #expect(throws: OutputError.self) { try classify(numbers, softmax: false) }
  }
}
