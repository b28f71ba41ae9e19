import Basics
import Dataflow
import Foundation
import Reinforcement
import TestSupport
import Testing
import Vision

@testable import drivetrain

/// A file is kept if it acts as the policy does, and only then.
@Suite struct PolicyExportTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var path: String { folder.path + "/policy.onnx" }
  private var files: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path) }
  }

  @Test func keepsWhatAgrees() throws {
    for policy in [ToyPolicy.cartPole, .continuous] {
      let exported = try policy.exported()
      let agreement = try PolicyExport.write(exported, to: path, check: policy.check())
      #expect(agreement.observations == 1000 && agreement.largestDifference <= 1e-5)
      #expect(try Data(contentsOf: URL(filePath: path)) == Data(exported.bytes))
      #expect(try PolicyExport.verify(model: path, policy.check(10)).observations == 10)
      #expect(try files == ["policy.onnx"])
    }
  }

  /// What was there before stays, and nothing else is left.
  @Test func dropsWhatDoesNot() throws {
    try folder.write("before".utf8, to: "policy.onnx")
    let other = ToyPolicy([4, 64, 64, 2], .discrete(2), seed: 2)
    #expect(throws: PolicyMismatch.self) {
      try PolicyExport.write(other.exported(), to: path, check: ToyPolicy.cartPole.check(20))
    }
    // Other sizes, another kind of actions.
    let wide = ToyPolicy([5, 8, 2], .discrete(2))
    #expect(throws: EngineError.self) {
      try PolicyExport.write(wide.exported(), to: path, check: ToyPolicy.cartPole.check(20))
    }
    let bounded = ToyPolicy([4, 8, 2], .continuous(BoxSpace(size: 2, low: -1, high: 1)))
    #expect(throws: EngineError.self) {
      try PolicyExport.write(bounded.exported(), to: path, check: ToyPolicy.cartPole.check(20))
    }
    #expect(try files == ["policy.onnx"])
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "before")
  }

  @Test func whereNothingCanBeWritten() throws {
    for path in ["/no/such/folder/policy.onnx", "/dev/null", folder.path] {
      let error = try #require(throws: FileError.self) {
        try PolicyExport.write(ToyPolicy.cartPole.exported(), to: path, check: ToyPolicy.cartPole.check(1))
      }
      #expect("\(error)".contains("can't write \(path)"))
    }
  }
}
