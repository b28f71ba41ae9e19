import Dataflow
import Foundation
import Planning
import TestSupport
import Testing
import Vision

@Suite struct InferTests {
  @Test func classifiesWithTheTrainedNetwork() throws {
    let path = try Repository.path(".deps/images/china.jpg")
    let run = try Drivetrain.run("infer", "classify", path, "--json")
    #expect(run.exitCode == 0)
    #expect(run.standardError == "")
    #expect(run.standardOutput.hasSuffix("}\n") && run.standardOutput.split(separator: "\n").count == 1)
    let report = try run.json()
    #expect(report.pipeline == "classify")
    let item = try #require(report.items.first)
    #expect(report.items.count == 1 && item.input == path && item.error == nil)
    #expect(item.width == 640 && item.height == 427 && item.bytes == 196_653)
    let outputs = try #require(item.outputs)
    #expect(outputs.count == 5 && outputs[0].label == "palace")
    #expect(zip(outputs, outputs.dropFirst()).allSatisfy { $0.score >= $1.score })
    #expect(outputs.allSatisfy { (0...1).contains($0.score) })
    let attribution = try #require(item.attribution)
    attribution.check()
    let names = attribution.stages.map(\.name)
    #expect(names == ["decode", "resize", "normalise", "infer", "label", "queue", "transfer"])
  }

  @Test func attributionExplainsEveryImage() throws {
    let images = try ["small.jpg", "medium.jpg", "coffee.png", "variants/lossy.webp", "variants/exif-6.jpg"]
      .map { try Repository.path(".deps/images/" + $0) }
    let process = try ChildProcess(Drivetrain.path, ["infer", "classify", "--json"] + images)
    #expect(try process.wait() == 0)
    let report = try Report(json: Data(process.standardOutput.utf8))
    #expect(report.items.map(\.input) == images)
    Report.Attribution.check(try report.items.map { try #require($0.attribution) })
  }

  @Test func oneBadImageOfSeveral() throws {
    let folder = try TemporaryFolder()
    let good = try Repository.path(".deps/images/small.jpg")
    let bad = try folder.write("hello".utf8, to: "text.jpg")
    let run = try Drivetrain.run("infer", "classify", good, bad, good, "--json")
    #expect(run.exitCode == 1)
    let items = try run.json().items
    #expect(items.map { $0.outputs != nil } == [true, false, true])
    #expect(items[1].error?.contains("not a JPEG, PNG or WebP") == true && items[1].bytes == 5)
    #expect(run.errorLines.count == 1 && run.standardError.contains(bad))
    let spoken = try Drivetrain.run("infer", "classify", good, bad)
    #expect(spoken.exitCode == 1 && spoken.errorLines.count == 1)
    #expect(spoken.standardOutput.contains("unattributed"))
  }

  @Test(arguments: [
    ("missing.jpg", "No such file"), ("Sources", "it is a folder"), ("/dev/null", "it is a device"),
    ("/dev/zero", "it is a device"), ("/proc/self/mem", "can't be read"),
  ])
  func unreadable(path: String, says: String) throws {
    let run = try Drivetrain.run("infer", "classify", path, "--json")
    #expect(run.exitCode == 1)
    #expect(run.errorLines.count == 1 && run.standardError.contains(says), "\(run.standardError)")
    #expect(try run.json().items.map { $0.error?.contains(says) } == [true])
  }

  @Test(arguments: HostileImage.all) func hostile(image: HostileImage) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(image.data(), to: "image")
    let run = try Drivetrain.run("infer", "classify", path, "--json")
    #expect(run.exitCode == 1)
    #expect(run.errorLines.count == 1 && run.standardError.contains(image.says), "\(run.standardError)")
  }

  @Test func aFolderStandsForItsImages() throws {
    let folder = try TemporaryFolder()
    let image = PNGFile.solid(width: 30, height: 20, red: 1, green: 2, blue: 3)
    for name in ["b.png", "a.PNG", "notes.txt", "c.jpeg"] { _ = try folder.write(image, to: name) }
    let run = try Drivetrain.run("infer", "classify", folder.path, "--json")
    #expect(run.exitCode == 0, "\(run.standardError)")
    #expect(try run.json().items.map(\.input) == ["a.PNG", "b.png", "c.jpeg"].map { "\(folder.path)/\($0)" })
  }

  @Test func unknownPipelineNamesTheNearest() throws {
    let run = try Drivetrain.run("infer", "clasify", "x.jpg", "--json")
    #expect(run.exitCode == 1 && run.standardOutput == "")
    #expect(run.errorLines.count == 1 && run.standardError.contains("did you mean 'classify'?"))
    let file = try Drivetrain.run("infer", "no/such.yaml", "x.jpg")
    #expect(file.exitCode == 1 && file.errorLines.count == 1 && file.standardError.contains("no/such.yaml"))
  }

  @Test func traceIsValidForPerfetto() throws {
    let folder = try TemporaryFolder()
    let trace = folder.path + "/out.json"
    let image = try Repository.path(".deps/images/small.jpg")
    #expect(try Drivetrain.run("infer", "classify", image, image, "--trace", trace).exitCode == 0)
    struct File: Decodable {
      struct Event: Decodable {
        let ph, name: String
        let pid, tid: Int
        let ts, dur: Double?
      }
      let traceEvents: [Event]
    }
    let data = try #require(FileManager.default.contents(atPath: trace))
    let slices = try JSONDecoder().decode(File.self, from: data).traceEvents.filter { $0.ph == "X" }
    #expect(slices.count == 10)
    #expect(slices.allSatisfy { ($0.ts ?? -1) >= 0 && ($0.dur ?? -1) >= 0 })
    #expect(Set(slices.map(\.name)) == ["decode", "resize", "normalise", "infer", "label"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out.json"])
  }

  @Test(arguments: ["/no/such/folder/trace.json", "/proc/trace.json", "."])
  func traceThatCannotBeWritten(path: String) throws {
    let image = try Repository.path(".deps/images/small.jpg")
    let run = try Drivetrain.run("infer", "classify", image, "--json", "--trace", path)
    #expect(run.exitCode == 1)
    #expect(
      run.errorLines.count == 1 && run.standardError.contains("can't write \(path)"), "\(run.standardError)")
  }

  @Test func fullDisk() throws {
    let image = try Repository.path(".deps/images/small.jpg")
    let process = try ChildProcess(
      Drivetrain.path, ["infer", "classify", image, "--json"], output: "/dev/full")
    #expect(try process.wait() == 1)
    #expect(process.standardError.contains("No space left"))
  }

  @Test func scaleExactDiffersFromAuto() throws {
    let image = try Repository.path(".deps/images/large.jpg")
    let scores = try ["auto", "exact"].map {
      try #require(
        Drivetrain.run("infer", "classify", image, "--json", "--scale", $0).json().items[0].outputs)[0]
    }
    #expect(scores[0].label == scores[1].label && scores[0].score != scores[1].score)
  }

  @Test(arguments: Engines.all.map(\.name)) func libraryThatIsNone(engine: String) throws {
    let folder = try TemporaryFolder()
    let pipeline = try PipelineFile { $0.infer = "{model: model.onnx, engine: \(engine)}" }.write(to: folder)
    let image = try Repository.path(".deps/images/small.jpg")
    let variable = "DRIVETRAIN_\(engine.uppercased())"
    let other = try Repository.path(".deps/lib/openvino/libtbb.so.12")
    for library in [try folder.write("text".utf8, to: "library.so"), "/no/such/library.so", other] {
      let run = try Drivetrain.run("infer", pipeline, image, environment: [variable: library])
      #expect(run.exitCode == 1)
      #expect(run.errorLines.count == 1 && run.standardError.contains("'\(engine)'"), "\(run.standardError)")
      #expect(run.standardError.contains(library == other ? " has no " : library), "\(run.standardError)")
      #expect(run.standardError.contains(variable), "\(run.standardError)")
    }
  }
}
