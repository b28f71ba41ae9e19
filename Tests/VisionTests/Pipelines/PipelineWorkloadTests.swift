import Dataflow
import Foundation
import TestSupport
import Testing
import Vision

@Suite struct PipelineWorkloadTests {
  /// What is no image is refused by its name, and not read to its end if it has none.
  @Test(arguments: [("missing.jpg", "no such file"), ("Sources", "is a folder"), ("/dev/zero", "bytes")])
  func imagesThatAreNone(path: String, says: String) throws {
    let pipeline = try Pipeline(Repository.path("Pipelines/classify.yaml"))
    let path = path.hasPrefix("/") ? path : Repository.root.path + "/" + path
    let error = try #require(throws: FileError.self) { try PipelineWorkload(pipeline, images: [path]) }
    #expect("\(error)".hasPrefix("\(path): ") && "\(error)".contains(says), "\(error)")
  }
}
