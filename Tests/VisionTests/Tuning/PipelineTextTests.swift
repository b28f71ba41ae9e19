import Basics
import Dataflow
import TestSupport
import Testing

@testable import Vision

@Suite struct PipelineTextTests {
  private static let knobs: [ServingSettings.Knob: Int] = [
    .concurrency: 512, .inferenceInstances: 2, .inferenceBatch: 8, .inferenceDelay: 1000,
  ]

  private func setting(
    _ knobs: [ServingSettings.Knob: Int] = knobs, in text: String, note: String = "today"
  ) throws -> String {
    var file = PipelineText(text, of: "p.yaml")
    try file.set(knobs, note: note)
    return file.text
  }

  @Test func everythingElseStays() throws {
    let before = """
      # A comment.
      name: tiny
      concurrency: 7            # requests
      stages:
        decode: {}   # inside

        # and there
        infer: {model: "m.onnx"}
      max_inference_batch_size:   auto
      'inference_instances' : "1"
      weight: 2
      """
    #expect(
      try setting(in: before) == """
        # A comment.
        name: tiny
        concurrency: 512            # requests
        stages:
          decode: {}   # inside

          # and there
          infer: {model: "m.onnx"}
        max_inference_batch_size:   8
        'inference_instances' : 2
        weight: 2
        # drivetrain tune, today
        max_inference_queue_delay_us: 1000

        """)
  }

  @Test func again() throws {
    let once = try setting(in: "name: a\nstages: {}\n")
    #expect(
      once == """
        name: a
        stages: {}
        # drivetrain tune, today
        concurrency: 512
        inference_instances: 2
        max_inference_queue_delay_us: 1000
        max_inference_batch_size: 8

        """)
    let twice = try setting([.concurrency: 64, .preprocessingBatch: 1], in: once, note: "tomor\nrow")
    #expect(
      twice == """
        name: a
        stages: {}
        # drivetrain tune, tomor row
        max_preprocessing_batch_size: 1
        concurrency: 64
        inference_instances: 2
        max_inference_queue_delay_us: 1000
        max_inference_batch_size: 8

        """)
  }

  @Test func carriageReturns() throws {
    let text = try setting(
      [.concurrency: 5, .inferenceBatch: 2], in: "name: a\r\nconcurrency: 1 # x\r\nstages: {}")
    #expect(
      text
        == "name: a\r\nconcurrency: 5 # x\r\nstages: {}\r\n# drivetrain tune, today\r\nmax_inference_batch_size: 2\r\n"
    )
  }

  /// Text that goes on to the end of the file is not continued by what is added.
  @Test(arguments: [
    "description: |\n  two\n  lines\n", "description: |+\n  kept\n\n", "stages:\n  a: {x: 1}\n\n\n",
  ])
  func ends(text: String) throws {
    let document = try ConfigurationNode(yaml: text, file: "p.yaml").entries()
    let after = try ConfigurationNode(yaml: setting(in: text), file: "p.yaml").entries()
    #expect(after.first?.value == document.first?.value && after.count == document.count + Self.knobs.count)
  }

  @Test(arguments: [
    ("{name: a, concurrency: 1}", "concurrency"), ("{name: a}", "beginning of a line"),
    ("name: a\nconcurrency:\n  64\n", "p.yaml:2"), ("name: a\n? concurrency\n: 64\n", "on a line of its own"),
    ("name: a\nconcurrency: 1\nconcurrency: 2\n", "twice"), ("  name: a\n  b: 1\n", "beginning of a line"),
    ("name: a\n...\n", "beginning of a line"), ("name: |\n  a", "line feed at its end"),
    ("name: a\nconcurrency: !!int 64\n", "p.yaml:2"),
  ])
  func refused(text: String, says: String) {
    let error = #expect(throws: ConfigurationError.self) { try setting(in: text) }
    #expect(error?.description.contains(says) == true, "\(String(describing: error))")
  }

  /// What was measured stays that of the same pipeline when only its serving changes.
  @Test func signature() throws {
    let folder = try TemporaryFolder()
    func signature(_ change: (String) throws -> String) throws -> String {
      let path = try PipelineFile().write(to: folder)
      _ = try folder.write(try change(PipelineFile().text).utf8, to: "tiny.yaml")
      return try PipelineWorkload(Pipeline(path)).signature
    }
    let plain = try signature { $0 }
    #expect(try signature { try self.setting(in: $0) } == plain)
    #expect(try signature { "# why\n\nweight: 3\n" + $0 + "default_timeout_us: 5000\r\n" } == plain)
    #expect(try signature { $0.replacing("[255, 255, 255]", with: "[255, 255, 254]") } != plain)
    #expect(try signature { $0 + "tolerance: {top1_agreement: 0.9}\n" } != plain)
  }
}
