import Basics
import Dataflow
import Foundation

/// The calibrations in the user's cache folder, a file for each application and setup.
public struct ModelStore: Sendable {
  public let folder: String

  /// A larger file is no calibration.
  private static let maximumBytes = 16 << 20
  private static let format = 2

  /// - Parameter folder: by default `$XDG_CACHE_HOME/drivetrain/calibrations`.
  public init(folder: String = Installation.cache("calibrations")) { self.folder = folder }

  private struct File: Codable {
    let format: Int
    let calibration: Calibration
  }

  public func path(of application: String, signature: String) -> String {
    "\(folder)/\(Self.stem(application))-\(String(signature.utf8.fnv1a, radix: 16)).json"
  }

  private static func stem(_ application: String) -> String { application.replacing("/", with: "_") }

  /// Checks that a calibration can be saved.
  ///
  /// - Throws: `FileError` if it can't.
  public func check(_ application: String, signature: String) throws {
    try makeFolder()
    _ = try WholeFile(path: path(of: application, signature: signature))
  }

  private func makeFolder() throws {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError("can't make the folder \(folder)", error)
    }
  }

  /// - Throws: `FileError`.
  public func save(_ calibration: Calibration) throws {
    try makeFolder()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    let data = try encoder.encode(File(format: Self.format, calibration: calibration))
    try data.writeWhole(to: path(of: calibration.application, signature: calibration.signature))
  }

  /// The calibration of this application on this machine.
  ///
  /// - Parameter isWhole: whether the machine must have every measured device.
  public func load(
    _ application: String, signature: String, on machine: @autoclosure () -> Machine, isWhole: Bool = true
  ) throws(CalibrationError) -> Calibration {
    let path = path(of: application, signature: signature)
    guard FileManager.default.fileExists(atPath: path) else {
      let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      let stem = Self.stem(application) + "-"
      let isKnown = files.contains { $0.hasPrefix(stem) && !$0.dropFirst(stem.count).contains("-") }
      throw isKnown ? .otherApplication(application) : .missing(application)
    }
    let file: File
    do {
      file = try File(jsonFile: path, atMost: Self.maximumBytes)
    } catch {
      throw .unreadable(application, path: path, reason: error.description)
    }
    guard file.format == Self.format, file.calibration.application == application,
      file.calibration.signature == signature, file.calibration.isSound
    else {
      throw .unreadable(application, path: path, reason: "it is no calibration of this version of Drivetrain")
    }
    let others = isWhole ? [] : Set(file.calibration.models.map(\.subject.device))
    let differences = machine().differences(from: file.calibration.machine, lacking: others)
    guard differences.isEmpty else { throw .otherMachine(application, differences: differences) }
    return file.calibration
  }
}

extension Calibration {
  /// Whether the numbers can be times.
  fileprivate var isSound: Bool {
    // Between a nanosecond and a day.
    let times = 1e-9...86_400
    return !footprints.isEmpty
      && models.allSatisfy { model in
        model.points.allSatisfy {
          times.contains($0.seconds.median) && $0.seconds.spread >= 0 && $0.footprint.size.isFinite
            && $0.workers > 0 && $0.batch > 0
        }
      } && (0...times.upperBound).contains(overhead.median)
      && (conditions.map { $0.speed.isFinite && $0.speed > 0 && (0..<1).contains($0.distance) } ?? true)
  }
}

/// The reason why there are no measured times to plan with.
public enum CalibrationError: Error, Sendable, Equatable, CustomStringConvertible {
  case missing(String)
  case unreadable(String, path: String, reason: String)
  case otherMachine(String, differences: [String])
  case otherApplication(String)

  public var description: String { message() }

  /// - Parameter arguments: of the command that calibrates; the application's name by default.
  public func message(calibrating arguments: String? = nil) -> String {
    func remedy(_ application: String) -> String { "drivetrain calibrate \(arguments ?? application)" }
    return switch self {
    case .missing(let application): "\(application) is not calibrated; run: \(remedy(application))"
    case .unreadable(let application, let path, let reason):
      "the calibration \(path) can't be read: \(reason); replace it: \(remedy(application))"
    case .otherMachine(let application, let differences):
      "\(application) was calibrated on a different machine: \(differences.joined(separator: "; ")); "
        + "calibrate again: \(remedy(application))"
    case .otherApplication(let application):
      "\(application) is not calibrated as it is now: its file or its settings have changed; "
        + "run: \(remedy(application))"
    }
  }
}
