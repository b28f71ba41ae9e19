import Testing

@testable import Dataflow
@testable import Planning

struct PerformanceModelTests {
  private func model(_ points: [(size: Double, workers: Int, seconds: Double)]) -> PerformanceModel {
    PerformanceModel(
      PerformanceModel.Subject(stage: "decode", implementation: "native", device: "cpu"),
      points: points.map {
        PerformanceModel.Point(
          footprint: Footprint("\($0.size)", size: $0.size), workers: $0.workers,
          seconds: Measurement(median: $0.seconds, spread: 0.125 * $0.seconds, samples: 5))
      })
  }

  @Test func knowsWhatWasMeasuredAndWhatLiesBetween() {
    let model = model([(100, 1, 1), (300, 1, 3), (100, 2, 2), (300, 2, 5)])
    #expect(
      model.estimate(for: Footprint("", size: 300), workers: 1)
        == Estimate(seconds: 3, spread: 0.375, provenance: .measured))
    let between = model.estimate(for: Footprint("", size: 150), workers: 1)
    #expect(between?.seconds == 1.5 && between?.provenance == .interpolated)
    #expect(between?.spread == 0.375)
  }

  @Test func interpolatesBetweenNumbersOfWorkers() {
    let model = model([(100, 1, 1), (100, 4, 2.5)])
    #expect(model.estimate(for: Footprint("", size: 100), workers: 2)?.seconds == 1.5)
    #expect(model.estimate(for: Footprint("", size: 100), workers: 2)?.provenance == .interpolated)
    #expect(model.estimate(for: Footprint("", size: 100), workers: 5) == nil)
  }

  @Test(arguments: [50.0, 301])
  func guessesNothingOutsideOfWhatWasMeasured(size: Double) {
    #expect(model([(100, 1, 1), (300, 1, 3)]).estimate(for: Footprint("", size: size), workers: 1) == nil)
  }

  @Test func measurementsKeepMedianSpreadAndOutliers() throws {
    let measurement = try #require(Measurement(of: [1, 1.1, 0.9, 1.05, 0.95, 9]))
    #expect(abs(measurement.median - 1.025) < 1e-12)
    #expect(measurement.samples == 6 && measurement.outliers == 1)
    #expect(measurement.spread < 0.2)
    #expect(Measurement(of: []) == nil)
    #expect(Measurement(of: [2])?.spread == 0)
  }
}
