import Basics
import Dataflow
import Foundation
import Kernels
import Planning

/// The influences on a training's results besides its experiment. Equal conditions give equal results, bit
/// for bit.
public struct RunConditions: Codable, Hashable, Sendable {
  /// A stage with its device and implementation.
  public struct Stage: Codable, Hashable, Sendable {
    public let stage, device, implementation: String
  }

  /// A device that the run used.
  public struct Device: Codable, Hashable, Sendable {
    public let name, kind, model, driver: String
    public let vectorBits: Int

    enum CodingKeys: String, CodingKey {
      case driver, kind, model, name
      case vectorBits = "vector_bits"
    }
  }

  /// The program's version.
  public let version: String
  public let stages: [Stage]
  /// The devices of the stages.
  public let devices: [Device]
  /// The instructions of the host's networks, such as `avx512`.
  public let matrixKernel, parameterKernel: String
  /// The C library: normal numbers depend on its logarithms and cosines.
  public let library: String

  enum CodingKeys: String, CodingKey {
    case devices, library, stages, version
    case matrixKernel = "matrix_kernel"
    case parameterKernel = "parameter_kernel"
  }

  init(of graph: Graph, by plan: Plan, on platform: Platform) {
    version = Version.current
    var stages: [Stage] = []
    var devices: [Device] = []
    for placement in plan.placements {
      for stage in placement.stages {
        let device = platform.device(named: placement.device(of: stage))
        let first = graph.stages.first { $0.name == stage }.flatMap {
          device?.implementations(of: $0).first?.name
        }
        stages.append(
          Stage(
            stage: stage, device: placement.device(of: stage),
            implementation: placement.implementations[stage] ?? first ?? ""))
        guard let device, !devices.contains(where: { $0.name == device.name }) else { continue }
        devices.append(
          Device(
            name: device.name, kind: device.kind.rawValue, model: device.model, driver: device.driver,
            vectorBits: device.vectorBits))
      }
    }
    self.stages = stages
    self.devices = devices
    matrixKernel = MatrixKernel.fastest.description
    parameterKernel = ParameterKernel.fastest.description
    library = Self.libraryVersion
  }

  /// Such as "glibc 2.36".
  private static var libraryVersion: String {
    var text = [CChar](repeating: 0, count: 64)
    let count = confstr(Int32(_CS_GNU_LIBC_VERSION), &text, text.count)
    return count > 0
      ? text.withUnsafeBufferPointer { String(cString: $0.baseAddress.unsafelyUnwrapped) } : "unknown"
  }

  /// The plan of a run under these conditions: all stages in one worker.
  public var plan: Plan {
    var placement = Placement(stages.map(\.stage), on: "cpu")
    for stage in stages {
      placement.implementations[stage.stage] = stage.implementation
      if stage.device != placement.device { placement.devices[stage.stage] = stage.device }
    }
    return Plan([placement])
  }

  /// The differences from earlier conditions that may change results, each as "NOW instead of BEFORE". The
  /// host's number of threads doesn't count.
  public func differences(from earlier: RunConditions) -> [String] {
    func place(_ stage: Stage, _ devices: [Device]) -> String {
      let device = devices.first { $0.name == stage.device }
      guard let device, device.kind != DeviceKind.cpu.rawValue else { return "the cpu" }
      return "\(device.name) (\(device.model), \(device.driver))"
    }
    var pairs: [(what: String, now: String, before: String)] = stages.compactMap { stage in
      let before = earlier.stages.first { $0.stage == stage.stage }
      return before.map {
        ("\(stage.stage) on ", place(stage, devices), place($0, earlier.devices))
      }
    }
    pairs += [
      ("matrix kernels ", matrixKernel, earlier.matrixKernel),
      ("parameter kernels ", parameterKernel, earlier.parameterKernel),
      ("Drivetrain ", version, earlier.version), ("", library, earlier.library),
    ]
    return pairs.filter { $0.now != $0.before }.map { "\($0.what)\($0.now) instead of \($0.before)" }
  }
}
