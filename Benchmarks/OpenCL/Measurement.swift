import Foundation

/// Several things measured in turns, so that what else the machine does falls on all of them.
struct Measurement {
  private let works: [(name: String, body: () throws -> Void)]

  init(_ works: [(name: String, body: () throws -> Void)]) { self.works = works }

  /// Median microseconds of each.
  func run(seconds: Double) throws -> [Double] {
    var samples = works.map { _ in [Double]() }
    for work in works { try work.body() }
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    while clock.now < end || samples[0].count < 5 {
      for (index, work) in works.enumerated() {
        let begin = clock.now
        try work.body()
        let (seconds, attoseconds) = (clock.now - begin).components
        samples[index].append(Double(seconds) * 1e6 + Double(attoseconds) / 1e12)
      }
    }
    return samples.map { $0.sorted()[$0.count / 2] }
  }

  func report(seconds: Double) throws {
    for (work, median) in zip(works, try run(seconds: seconds)) {
      let name = work.name.padding(toLength: 48, withPad: " ", startingAt: 0)
      print("  \(name)\(String(format: "%12.1f µs", median))")
    }
  }
}
