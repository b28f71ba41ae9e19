import Basics
import Dataflow
import Foundation
import HTTPTypes
import Planning
import Synchronization
import TestSupport
import Testing
import Vision

@testable import Serving

/// Models come and go while a program runs.
@Suite struct ModelHostTests {
  private let folder: RepositoryFolder
  private let told = Told()

  private final class Told: Sendable {
    let lines = Locked<[String]>([])
  }

  init() throws { folder = try RepositoryFolder() }

  private func host(_ loader: ModelLoader = ModelLoader()) throws -> ModelHost {
    ModelHost(loader, repository: try ModelRepository(folder.path)) { [told] line in
      told.lines.withLock { $0.append(line) }
    }
  }

  private func load(_ name: String, _ host: ModelHost) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      do { try host.load(name) { continuation.resume(with: $0) } } catch {
        continuation.resume(throwing: error)
      }
    }
  }

  private func unload(_ name: String, _ host: ModelHost) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      do { try host.unload(name) { continuation.resume(with: $0) } } catch {
        continuation.resume(throwing: error)
      }
    }
  }

  private func index(_ host: ModelHost, onlyReady: Bool = false) async throws -> [String] {
    let index = try await withCheckedThrowingContinuation { continuation in
      do { try host.readIndex(onlyReady: onlyReady) { continuation.resume(with: $0) } } catch {
        continuation.resume(throwing: error)
      }
    }
    return index.entries.map { "\($0.name) \($0.version ?? 0) \($0.state)" }
  }

  /// The first score says which version it is of.
  private func answer(_ host: ModelHost, _ name: String = "net") async throws -> Float {
    let image = try Tensor(shape: [1, 3, 16, 16])
    image.data.initialize(repeating: 0.25)
    let scores = try await host.models.find(ModelReference(name: name)).infer([image])
    return withExtendedLifetime(scores) { scores[0].slot(0)[0] }
  }

  @Test func theHighestVersionThatWorksIsServed() async throws {
    try folder.writeNetwork(1, of: "net")
    try folder.writeNetwork(2, of: "net")
    try folder.writeNetwork(10, of: "net") { $0.failsWhenRun = true }
    try folder.writePipeline(1, of: "broken") { $0.infer = "{modle: x}" }
    let host = try host()
    try await host.start()
    #expect(try await answer(host) == 2.25)
    #expect(
      try await index(host) == ["broken 1 UNAVAILABLE", "net 2 READY", "net 10 UNAVAILABLE"])
    #expect(try await index(host, onlyReady: true) == ["net 2 READY"])
    let told = told.lines.withLock { $0 }
    #expect(told.count == 2 && told.contains { $0.contains("version 2 is served") }, "\(told)")
    #expect(told.contains { $0.contains("'broken'") && $0.contains("modle") }, "\(told)")
    await host.drain()
  }

  /// Files are written, cut off, removed and replaced by other things while they are loaded and listed: each load works or says
  /// why not, what is served stays, and when the files are whole again they are served.
  @Test(.timeLimit(.minutes(60))) func filesThatChangeMeanwhile() async throws {
    try folder.writeNetwork(1, of: "net")
    try folder.writePipeline(1, of: "tiny")
    let host = try host()
    try await host.start()
    let isOver = Atomic(false)
    let (path, whole) = (folder.path, ONNXModel { $0.bias = [2, 0, 0, 0, 0, 0] }.data)
    let changes = Thread {
      var random = SeededGenerator(seed: 3)
      let version = path + "/net/2"
      try? FileManager.default.createDirectory(atPath: version, withIntermediateDirectories: true)
      let file = version + "/model.onnx"
      while !isOver.load(ordering: .acquiring) {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: try? FileManager.default.removeItem(atPath: file)
        case 1: try? OddFile.folder.make(at: file)
        case 2: truncate(file, off_t.random(in: 0...off_t(whole.count), using: &random))
        case 3:
          try? whole.prefix(Int.random(in: 0...whole.count, using: &random)).write(to: URL(filePath: file))
        case 4: try? OddFile.device.make(at: path + "/tiny/1/labels.txt")
        default:
          try? FileManager.default.removeItem(atPath: file)
          try? whole.write(to: URL(filePath: file))
        }
        usleep(500)
      }
    }
    changes.start()
    for _ in 0..<60 {
      for name in ["net", "tiny"] {
        do { try await load(name, host) } catch is LoadFailure {}
      }
      _ = try await index(host)
      #expect([1.25, 2.25].contains(try await answer(host)))
    }
    isOver.store(true, ordering: .releasing)
    while !changes.isFinished { usleep(1000) }
    try? FileManager.default.removeItem(atPath: path + "/net/2")
    try folder.writeNetwork(3, of: "net")
    try await load("net", host)
    #expect(try await answer(host) == 3.25)
    await host.drain()
  }

  /// A disk that doesn't answer keeps a load, and not the end.
  @Test(.timeLimit(.minutes(60))) func whatHangsIsGivenUpInTheEnd() async throws {
    try folder.writeNetwork(1, of: "net")
    let (isAsked, mayGoOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let isHanging = Atomic(false)
    let host = try host(
      ModelLoader(choosePlan: { _ in
        if isHanging.load(ordering: .acquiring) {
          isAsked.signal()
          _ = mayGoOn.wait(timeout: .now() + 50)
        }
        return (nil, nil)
      }))
    try await host.start()
    isHanging.store(true, ordering: .releasing)
    try host.load("net") { _ in }
    await onOwnThread { isAsked.wait() }
    await host.drain(within: 0.1)
    #expect(told.lines.withLock { $0.last?.contains("abandoned") } == true)
    mayGoOn.signal()
  }

  @Test func newVersionsAreLoadedAndOldOnesCanComeBack() async throws {
    try folder.writeNetwork(1, of: "net")
    let host = try host()
    try await host.start()
    try folder.writeNetwork(2, of: "net")
    #expect(try await answer(host) == 1.25)
    try await load("net", host)
    #expect(try await answer(host) == 2.25)
    try folder.remove("net", version: 2)
    try await load("net", host)
    #expect(try await answer(host) == 1.25)
    await host.drain()
  }

  /// Broken, mistaken, or one that fails when it runs: the old one stays, and the reason is told.
  @Test func aBadVersionLeavesTheOldOneServing() async throws {
    try folder.writeNetwork(1, of: "net")
    let host = try host()
    try await host.start()
    let bad: [(reason: String, write: () throws -> Void)] = [
      ("model.onnx", { try folder.write("not a network".utf8, "model.onnx", 2, of: "net") }),
      (
        "pipeline.yaml:3",
        { try folder.write("name: net\nstages: {}\nx: 1\n".utf8, "pipeline.yaml", 2, of: "net") }
      ),
      ("'name' is 'other'", { try folder.writePipeline(2, of: "net") { $0.name = "other" } }),
      (
        "Reshape",
        {
          try folder.remove("net", version: 2)
          try folder.writeNetwork(2, of: "net") {
            $0.batch = nil
            $0.failsWhenRun = true
          }
        }
      ),
      (
        "neither",
        {
          try folder.remove("net", version: 2)
          try folder.makeVersion("2", of: "net")
        }
      ),
    ]
    try folder.makeVersion("2", of: "net")
    for (reason, write) in bad {
      try write()
      let failure = await #expect(throws: LoadFailure.self) { try await load("net", host) }
      #expect(failure?.version == 2 && failure?.served == 1)
      #expect(failure?.reason.contains(reason) == true, "\(String(describing: failure))")
      #expect(try await answer(host) == 1.25)
      #expect(try await index(host) == ["net 1 READY", "net 2 UNAVAILABLE"])
    }
    try folder.writeNetwork(2, of: "net")
    try await load("net", host)
    #expect(try await answer(host) == 2.25)
    #expect(try await index(host) == ["net 2 READY"])
    await host.drain()
  }

  @Test func unloadedModelsAreGoneUntilTheyAreLoadedAgain() async throws {
    try folder.writeNetwork(3, of: "net")
    let host = try host()
    try await host.start()
    weak let pipeline = host.models["net"]?.pipeline
    #expect(pipeline != nil)
    try await unload("net", host)
    #expect(pipeline == nil, "its workers and its network take memory")
    #expect(try await index(host) == ["net 3 UNAVAILABLE"])
    await #expect(throws: RequestFailure.self) { try await answer(host) }
    try await unload("net", host)
    try await load("net", host)
    #expect(try await answer(host) == 3.25)
    await host.drain()
    await #expect(throws: RuntimeError.closed) { try await load("net", host) }
  }

  @Test func modelsThatComeLater() async throws {
    let host = try host()
    try await host.start()
    #expect(told.lines.withLock { $0.count } == 1)
    try folder.writeNetwork(1, of: "net")
    #expect(try await index(host) == ["net 1 UNAVAILABLE"])
    try await load("net", host)
    #expect(try await answer(host) == 1.25)
    for name in ["nothing", "../net", "net/1"] {
      await #expect(throws: RepositoryError.self) { try await load(name, host) }
      await #expect(throws: RequestFailure.self) { try await unload(name, host) }
    }
    #expect(try await index(host) == ["net 1 READY"])
    await host.drain()
  }

  /// A pipeline of the command line is one more model.
  @Test func pipelinesOutsideTheRepository() async throws {
    let files = try TemporaryFolder()
    let path = try files.write(ONNXModel { $0.bias = [1, 0, 0, 0, 0, 0] }.data, to: "net.onnx")
    let host = try host()
    try await host.start([path])
    #expect(try await answer(host) == 1.25)
    try files.write(ONNXModel { $0.bias = [2, 0, 0, 0, 0, 0] }.data, to: "net.onnx")
    try await load("net", host)
    #expect(try await answer(host) == 2.25)
    try files.write([1, 2, 3], to: "net.onnx")
    await #expect(throws: LoadFailure.self) { try await load("net", host) }
    #expect(try await answer(host) == 2.25)
    #expect(try await index(host) == ["net 1 READY"])
    await host.drain()
  }

  @Test func namesAreUnique() async throws {
    try folder.writeNetwork(1, of: "net")
    let files = try TemporaryFolder()
    let path = try files.write(ONNXModel().data, to: "net.onnx")
    await #expect(throws: RepositoryError.duplicateFolder("net")) { try await host().start([path]) }
    await #expect(throws: RepositoryError.duplicateName("net")) { try await host().start([path, path]) }
  }

  @Test func nothingWorks() async throws {
    try folder.writeNetwork(1, of: "net") { $0.failsWhenRun = true }
    await #expect(throws: RepositoryError.nothingWorks(repository: folder.path)) { try await host().start() }
    #expect(told.lines.withLock { $0.count } == 1)
  }

  /// While one is loaded, so many wait; what comes then is refused at once, and at the end nobody waits.
  @Test func theQueueHasAnEnd() async throws {
    try folder.writeNetwork(1, of: "net")
    let gate = DispatchSemaphore(value: 0)
    let isLoading = Atomic(false)
    let loader = ModelLoader { _ in
      isLoading.store(true, ordering: .sequentiallyConsistent)
      gate.wait()
      return (nil, nil)
    }
    let host = try host(loader)
    gate.signal()
    try await host.start()
    isLoading.store(false, ordering: .sequentiallyConsistent)
    let replies = Locked<[Bool]>([])
    let reply: @Sendable (Result<Void, any Error>) -> Void = { result in
      replies.withLock { $0.append((try? result.get()) != nil) }
    }
    try host.load("net", reply: reply)
    while !isLoading.load(ordering: .sequentiallyConsistent) { try await Task.sleep(for: .milliseconds(1)) }
    for _ in 0..<ModelHost.longestQueue { try host.unload("net", reply: reply) }
    let refusal = try #require(throws: RequestFailure.self) { try host.load("net", reply: reply) }
    #expect(refusal.kind == .unavailable)
    #expect(try await answer(host) == 1.25)
    host.close()
    gate.signal()
    await host.drain()
    #expect(replies.withLock { $0 } == [true] + Array(repeating: false, count: ModelHost.longestQueue))
    #expect(host.pipelines.count == 1)
  }
}
