import Basics
import Dataflow
import Foundation
import Planning
import TestSupport
import Testing
import Vision

@Suite struct PipelineWorkloadTests {
  /// What is no image is refused by its name, and not read to its end if it has none.
  @Test(arguments: [
    ("missing.jpg", "No such file"), ("Sources", "it is a folder"), ("/dev/zero", "it is a device"),
  ])
  func imagesThatAreNone(path: String, says: String) throws {
    let pipeline = try Pipeline(Repository.path("Pipelines/classify.yaml"))
    let path = path.hasPrefix("/") ? path : Repository.root.path + "/" + path
    let error = try #require(throws: FileError.self) { try PipelineWorkload(pipeline, images: [path]) }
    #expect("\(error)".hasPrefix("\(path): ") && "\(error)".contains(says), "\(error)")
  }

  /// The planner takes the numbers of the file as given, and `apply` has nothing to change in its plan but delays.
  @Test func plansHaveWhatTheFileSets() throws {
    let folder = try TemporaryFolder()
    let file = try PipelineFile { $0.model = ONNXModel { $0.batch = nil }.data }.write(to: folder)
    let image = try folder.write(
      PNGFile.solid(width: 40, height: 30, red: 255, green: 0, blue: 0), to: "red.png")
    var workload = try PipelineWorkload(Pipeline(file), images: [image])
    let platform = Platform.local.only(["cpu"])
    var calibrator = Calibrator(workload, on: platform)
    (calibrator.slice, calibrator.rounds, calibrator.budget) = (0.01, 1...1, 1)
    let calibration = try calibrator.calibrate()
    let wanted: [[ServingSettings.Knob: Int]] = [
      [:], [.inferenceBatch: 4], [.preprocessingInstances: 3], [.inferenceInstances: 1, .inferenceBatch: 2],
      [.preprocessingInstances: 2, .preprocessingBatch: 1, .inferenceInstances: 1, .inferenceBatch: 8],
      [.preprocessingInstances: 2, .preprocessingBatch: 4, .inferenceInstances: 2, .inferenceBatch: 4],
    ]
    for knobs in wanted {
      workload.pipeline.settings.knobs = knobs
      let planner = Planner(workload, on: platform, by: calibration, for: workload.footprints[0])
      for objective in [Objective.throughput, .latency] {
        let plan = try planner.plan(for: objective).plan
        let has = workload.pipeline.knobs(of: plan)
        #expect(knobs.allSatisfy { has[$0.key] == $0.value }, "\(knobs): \(plan)")
        #expect(workload.pipeline.apply(workload.pipeline.settings, to: plan) == plan, "\(plan)")
        try plan.check(workload.graph, on: platform)
      }
    }
  }
}
