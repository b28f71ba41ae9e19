import Foundation
import Reinforcement
import TestSupport
import Testing

struct MetricsCSVTests {
  private let folder: TemporaryFolder
  private let path: String
  private let metrics: [Metric] = [.meanReturn, .loss]
  private let header = "step,rollout/ep_rew_mean,train/loss\n"

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path + "/metrics.csv"
  }

  private var text: String {
    get throws { String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self) }
  }

  @Test func recordsAreLines() throws {
    let table = try MetricsCSV(path: path, metrics: metrics)
    try table.write(MetricsRecord(step: 100, values: [.meanReturn: 20.5]))
    #expect(try text == header + "100,20.5,\n")
    try table.write(MetricsRecord(step: 200, values: [.loss: 0.1, .meanReturn: -.infinity, .episodes: 3]))
    #expect(try text == header + "100,20.5,\n200,-inf,0.1\n")
  }

  @Test(arguments: [
    (0, ""), (99, ""), (100, "100,1.0,\n"), (250, "100,1.0,\n200,2.0,\n"),
    (1000, "100,1.0,\n200,2.0,\n300,3.0,\n"),
  ])
  func aRunThatGoesOnWritesNoStepTwice(step: Int, kept: String) throws {
    do {
      let table = try MetricsCSV(path: path, metrics: metrics)
      for step in [100, 200, 300] {
        try table.write(MetricsRecord(step: step, values: [.meanReturn: Double(step) / 100]))
      }
    }
    let table = try MetricsCSV(path: path, metrics: metrics, resumingAt: step)
    #expect(try text == header + kept)
    try table.write(MetricsRecord(step: step + 1))
    #expect(try text == header + kept + "\(step + 1),,\n")
  }

  @Test func aLineThatIsCutOffIsDropped() throws {
    try folder.write(Data((header + "100,1.0,2.0\n20").utf8), to: "metrics.csv")
    _ = try MetricsCSV(path: path, metrics: metrics, resumingAt: 500)
    #expect(try text == header + "100,1.0,2.0\n")
    try folder.write(Data((header + "100,1.0,2.0\nnonsense\n200,,\n").utf8), to: "metrics.csv")
    _ = try MetricsCSV(path: path, metrics: metrics, resumingAt: 500)
    #expect(try text == header + "100,1.0,2.0\n")
  }

  @Test func aNewRunBeginsAnewTable() throws {
    try folder.write(Data("something else".utf8), to: "metrics.csv")
    _ = try MetricsCSV(path: path, metrics: metrics)
    #expect(try text == header)
    // Nothing to go on with.
    try FileManager.default.removeItem(atPath: path)
    _ = try MetricsCSV(path: path, metrics: metrics, resumingAt: 5)
    #expect(try text == header)
  }

  @Test func otherColumnsAreRefused() throws {
    _ = try MetricsCSV(path: path, metrics: metrics)
    let error = #expect(throws: (any Error).self) {
      try MetricsCSV(path: path, metrics: [.loss], resumingAt: 5)
    }
    #expect("\(try #require(error))".contains("has other columns"))
    #expect(try text == header)
  }

  @Test func aFullDiskIsAnError() {
    let error = #expect(throws: (any Error).self) { try MetricsCSV(path: "/dev/full", metrics: metrics) }
    #expect(error.map { "\($0)" } == "can't write /dev/full: No space left on device")
  }

  @Test func aLogIsATableAndEvents() throws {
    let log = try MetricsLog(folder: folder.path, metrics: metrics)
    try log.write(MetricsRecord(step: 9, values: [.loss: 2]))
    #expect(try text == header + "9,,2.0\n")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let events = try #require(names.first { $0.hasPrefix("events.out.tfevents.") })
    #expect(try EventFile(path: folder.path + "/" + events).events.last?.scalars == ["train/loss": 2])
  }
}
