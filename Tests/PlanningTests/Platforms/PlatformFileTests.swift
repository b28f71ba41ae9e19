import Basics
import TestSupport
import Testing

@testable import Dataflow
@testable import Planning

struct PlatformFileTests {
  private static let file = """
    name: desk
    devices:
      host:
        kind: cpu
        model: Ten
        like: local
        speed: 1.5
        cores: 8
        memory: 64e9
        watts: {idle: 15, full: 250}
      gpu:
        kind: gpu
        count: 2
        flops: 10e12
        efficiency: 0.5
        half: 1e6
        bandwidth: 900e9
        launch: 5e-6
        decode: 2e9
        watts: {idle: 20, full: 220}
      board: {kind: fpga, bandwidth: 77e9}
    links:
      - {between: [host, gpu], bandwidth: 12e9, latency: 10e-6}
      - {between: [board, host], bandwidth: 6e9}
    """

  private static func read(_ text: String, local: Platform = .local) throws -> Platform {
    try Platform(ConfigurationNode(yaml: text, file: "desk.yaml"), local: local)
  }

  @Test func readsEverything() throws {
    let platform = try Self.read(Self.file)
    #expect(platform.name == "desk")
    #expect(platform.isSimulated)
    #expect(platform.devices.map(\.name) == ["host", "gpu", "board"])
    #expect(platform.devices.map(\.cores) == [8, 2, 1])
    let devices = platform.devices.compactMap { $0 as? SimulatedDevice }
    #expect(devices[0].speed == .likeHere(1.5))
    #expect(
      devices[1].speed
        == .declared(
          Roofline(flops: 5e12, halfSpeedFlops: 1e6, bandwidth: 900e9, launch: 5e-6, decode: 2e9)))
    #expect(devices[2].speed == .declared(Roofline(bandwidth: 77e9)))
    #expect(devices[0].memoryBytes == 64_000_000_000)
    #expect(platform.power.watts["host"] == Power.Watts(idle: 15, full: 250))
    // Of both.
    #expect(platform.power.watts["gpu"] == Power.Watts(idle: 40, full: 440))
    #expect(platform.route(from: "gpu", to: "host") == [platform.links[0]])
    #expect(platform.route(from: "gpu", to: "board") == platform.links)
    #expect(abs(platform.links[0].seconds(Work.Traffic(bytes: 12e6, messages: 2)) - 0.00102) < 1e-12)
  }

  @Test func wattsAloneAreThisMachines() throws {
    let local = Platform(devices: [CPUDevice(model: "here", cores: 3, vectorBits: 64, memoryBytes: 1)])
    let platform = try Self.read("devices: {cpu: {watts: {idle: 1, full: 5}}}", local: local)
    #expect(platform.devices.map(\.model) == ["here"])
    #expect(!platform.isSimulated)
    #expect(platform.power.watts == ["cpu": Power.Watts(idle: 1, full: 5)])
  }

  @Test func thoseThatShipCanBeRead() throws {
    #expect(Platform.library.names.count >= 4)
    for name in Platform.library.names {
      let platform = try Platform(contentsOf: name)
      #expect(platform.name == name)
      #expect(platform.devices.allSatisfy { platform.power.watts[$0.processor] != nil }, "\(name)")
    }
  }

  @Test(arguments: [
    // What is replaced by what; the line; what the message says.
    (
      "  - {between: [host, gpu], bandwidth: 12e9, latency: 10e-6}\n", "", 22, "'gpu' has no link with 'host'"
    ),
    ("flops: 10e12", "flops: -10e12", 14, "it must be from 1.0 to 1e+24"),
    ("bandwidth: 12e9", "bandwidth: 0", 23, "'bandwidth' of the link is 0.0; it must be from 1.0 to 1e+24"),
    ("latency: 10e-6", "latency: -1", 23, "is -1.0; it must be from 0.0 to 3600.0"),
    ("launch: 5e-6", "launch: fast", 18, "must be a number, not 'fast'"),
    ("efficiency: 0.5", "efficiency: 1.5", 15, "it must be from 0.001 to 1.0"),
    ("idle: 15, full: 250", "idle: 300, full: 250", 10, "is 250.0, less than the 300.0 of 'idle'"),
    ("idle: 15, full: 250", "full: 250", 10, "needs the keys 'idle' and 'full'"),
    ("bandwidth: 900e9", "bandwith: 900e9", 17, "did you mean 'bandwidth'?"),
    ("between: [board, host]", "between: [bord, host]", 24, "no device 'bord'; did you mean 'board'?"),
    ("between: [board, host]", "between: [host, host]", 24, "a link is between two devices"),
    ("between: [board, host]", "between: [gpu, host]", 24, "gpu and host are linked twice"),
    ("speed: 1.5", "speed: 0", 7, "it must be from 1e-06 to 1000000.0"),
    ("speed: 1.5", "flops: 1", 7, "says again what 'like' says"),
    ("memory: 64e9", "memory: 1e300", 9, "which is too large"),
    ("like: local", "like: remote", 6, "can only be 'local'"),
    ("cores: 8", "cores: 0", 8, "it must be from 1 to 1024"),
    ("cores: 8", "count: 8", 8, "use 'cores'"),
    ("bandwidth: 77e9}", "memory: 1}", 21, "says nothing of its speed"),
    ("kind: fpga, bandwidth: 77e9", "watts: {idle: 1, full: 2}", 21, "this machine has no device 'board'"),
    ("kind: fpga", "kind: cpu", 2, "there must be one device of kind 'cpu'"),
  ])
  func refuses(piece: String, replacement: String, line: Int, says: String) {
    #expect(Self.file.contains(piece))
    do {
      _ = try Self.read(Self.file.replacing(piece, with: replacement))
      Issue.record("\(replacement) is taken")
    } catch let error as ConfigurationError {
      #expect(error.reason.contains(says), "\(error)")
      #expect(error.line == line, "\(error)")
    } catch {
      Issue.record(error)
    }
  }

  @Test func nothingRunsOnWhatIsOnlyDescribed() throws {
    let graph = try Graph("one", chain: [.declared("work", 1)])
    #expect(throws: DeviceError.self) {
      _ = try Executor(graph, plan: Plan([Placement(["work"], on: "gpu")]), on: .twin(gpus: 1))
    }
  }
}
