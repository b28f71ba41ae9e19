import Foundation
import Reinforcement
import Testing

/// Our numbers against NumPy's, recorded by `Scripts/record-environments`.
struct RandomStreamTests {
  @Test func everyDrawEqualsNumPy() throws {
    let streams = try EnvironmentRecording.load().streams
    #expect(streams.count == 11)
    for recorded in streams {
      let fresh = try Self.stream(recorded)
      var stream = fresh
      #expect(recorded.bits.map { _ in stream.next() } == recorded.bits, "seed \(recorded.seed)")
      stream = fresh
      #expect(recorded.doubles.map { _ in stream.nextDouble() } == recorded.doubles)
      stream = fresh
      #expect(recorded.uniform.map { _ in stream.uniform(-0.05, 0.05) } == recorded.uniform)
      stream = fresh
      #expect(recorded.integerBounds.map { stream.integer(below: $0) } == recorded.integers)
      #expect(stream.nextDouble() == recorded.doubleAfter)
    }
  }

  private static func stream(_ recorded: EnvironmentRecording.Stream) throws -> RandomStream {
    switch recorded.key.count {
    case 0: return RandomStream(seed: recorded.seed)
    case 1: return RandomStream(seed: recorded.seed, child: recorded.key[0])
    default:
      let purpose = String(decoding: recorded.key.map(UInt8.init), as: UTF8.self)
      return RandomStream(seed: recorded.seed, purpose: purpose)
    }
  }

  @Test func itGoesOnAfterEncoding() throws {
    var stream = RandomStream(seed: .max)
    // Both kinds of spare number are there.
    _ = stream.integer(below: 10)
    _ = stream.normal()
    var copy = try JSONDecoder().decode(RandomStream.self, from: JSONEncoder().encode(stream))
    #expect(copy == stream)
    for _ in 0..<10 {
      #expect(copy.integer(below: 1000) == stream.integer(below: 1000))
      #expect(copy.normal() == stream.normal())
    }
  }

  @Test func normalNumbersAreNormal() {
    var stream = RandomStream(seed: 3)
    let numbers = (0..<200_000).map { _ in stream.normal() }
    func moment(_ power: Int) -> Double {
      numbers.reduce(0) { $0 + pow($1, Double(power)) } / Double(numbers.count)
    }
    // Five standard errors.
    #expect(abs(moment(1)) < 0.012)
    #expect(abs(moment(2) - 1) < 0.016)
    #expect(abs(moment(3)) < 0.044)
    #expect(abs(moment(4) - 3) < 0.11)
    let beyond = Double(numbers.count { abs($0) > 1.96 }) / Double(numbers.count)
    #expect(abs(beyond - 0.05) < 0.0025)
  }
}
