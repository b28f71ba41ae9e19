import Basics
import Dataflow
import Foundation
import Kernels
import Planning

/// What decides the results of a training besides its experiment: the same under the same conditions, bit for bit.
public struct RunConditions: Codable, Hashable, Sendable {
  /// A stage, and what it ran on.
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

  /// Of the program.
  public let version: String
  public let stages: [Stage]
  /// Those that the stages ran on.
  public let devices: [Device]
  /// Which instructions the host computed networks with, such as `avx512`.
  public let matrixKernel, parameterKernel: String
  /// The C library, whose logarithms and cosines normal numbers are made of.
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

  /// The plan that a run under these conditions was trained by: all stages in one worker.
  public var plan: Plan {
    var placement = Placement(stages.map(\.stage), on: "cpu")
    for stage in stages {
      placement.implementations[stage.stage] = stage.implementation
      if stage.device != placement.device { placement.devices[stage.stage] = stage.device }
    }
    return Plan([placement])
  }

  /// What is another one than in earlier conditions, and may so change results: each as "NOW instead of BEFORE". How many
  /// threads the host computes with doesn't.
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
