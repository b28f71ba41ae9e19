import Basics
import Dataflow
import Foundation
import Planning
import TestSupport
import Testing

@testable import Reinforcement

@Suite struct RunRecordTests {
  private func conditions(_ threads: Int = 1) throws -> RunConditions {
    var experiment = Experiment("x", environment: "Pendulum-v1", algorithm: TD3Configuration())
    experiment.algorithm.common.hidden = [4]
    experiment.algorithm.common.bufferSize = 100
    experiment.budget.threads = threads
    return try Trainer(experiment).conditions
  }

  private func edited(_ conditions: RunConditions, _ replacements: [(String, String)]) throws -> RunConditions
  {
    var text = String(decoding: try JSONEncoder().encode(conditions), as: UTF8.self)
    for (old, new) in replacements {
      #expect(text.contains(old), "\(text)")
      text = text.replacing(old, with: new)
    }
    return try JSONDecoder().decode(RunConditions.self, from: Data(text.utf8))
  }

  @Test func conditionsSayWhatAndWhere() throws {
    let conditions = try conditions()
    #expect(conditions.stages.map(\.stage) == ["act", "insert", "sample", "learn"])
    #expect(conditions.stages.allSatisfy { $0.device == "cpu" && $0.implementation == "cpu" })
    #expect(conditions.devices.map(\.name) == ["cpu"] && conditions.devices[0].vectorBits > 0)
    #expect(conditions.version == Version.current && !conditions.matrixKernel.isEmpty)
    #expect(conditions.library.hasPrefix("glibc 2"))
    let plan = conditions.plan
    #expect(TrainingGraph.learnerDevice(of: plan) == "cpu" && plan.placements.count == 1)
  }

  /// Another number of threads gives the same bits; other kernels, versions and devices don't.
  @Test func differences() throws {
    let now = try conditions()
    #expect(now.differences(from: now).isEmpty)
    #expect(try conditions(2).stages.contains { $0.implementation == "cpu-2-threads" })
    #expect(now.differences(from: try conditions(2)).isEmpty)
    let other = try edited(
      now,
      [
        ("\"matrix_kernel\":\"\(now.matrixKernel)\"", "\"matrix_kernel\":\"older\""),
        ("\"version\":\"\(now.version)\"", "\"version\":\"0.1\""),
      ])
    #expect(
      now.differences(from: other) == [
        "matrix kernels \(now.matrixKernel) instead of older", "Drivetrain \(now.version) instead of 0.1",
      ])
    let device = try edited(
      now,
      [
        ("\"kind\":\"cpu\"", "\"kind\":\"opencl\""), ("\"name\":\"cpu\"", "\"name\":\"gpu\""),
        ("\"device\":\"cpu\"", "\"device\":\"gpu\""),
      ])
    #expect(now.differences(from: device).first?.hasPrefix("act on the cpu instead of gpu (") == true)
  }

  @Test func partsAddUp() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/run.json"
    var record = try RunRecord(contentsOf: path)
    #expect(record.parts.isEmpty && record.seconds == 0)
    record.begin(at: 0, under: try conditions())
    record.update(step: 300, updates: 20, seconds: 2)
    record.begin(at: 300, changes: ["gamma=0.9"], under: try conditions())
    record.update(step: 500, updates: 30, seconds: 3, end: "finished")
    try record.write(to: path)
    let read = try RunRecord(contentsOf: path)
    #expect(read.steps == 500 && read.updates == 50 && read.seconds == 5 && read.earlierSeconds == 2)
    #expect(read.parts.map(\.firstStep) == [0, 300] && read.parts.map(\.end) == [nil, "finished"])
    #expect(read.parts[1].changes == ["gamma=0.9"] && read.conditions == record.conditions)
    try folder.write(Data("{}".utf8), to: "run.json")
    #expect(throws: FileError.self) { try RunRecord(contentsOf: path) }
  }
}
