import Foundation

/// Keeps calibrations in the user's cache folder: a file for each application, and for each way that it was set up.
public struct ModelStore: Sendable {
  public let folder: String

  /// Files of calibrations are small; a larger one is no calibration.
  private static let maximumBytes = 16 << 20
  private static let format = 2

  /// - Parameter folder: `$XDG_CACHE_HOME/drivetrain/calibrations` if not given.
  public init(folder: String = Installation.cache("calibrations")) { self.folder = folder }

  private struct File: Codable {
    let format: Int
    let calibration: Calibration
  }

  public func path(of application: String, signature: String) -> String {
    "\(folder)/\(Self.stem(application))-\(String(signature.utf8.fnv1a, radix: 16)).json"
  }

  private static func stem(_ application: String) -> String { application.replacing("/", with: "_") }

  /// - Throws: `FileError`.
  public func save(_ calibration: Calibration) throws {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError("can't make the folder \(folder)", error)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    let data = try encoder.encode(File(format: Self.format, calibration: calibration))
    try data.writeWhole(to: path(of: calibration.application, signature: calibration.signature))
  }

  /// What was measured of this very application on this very machine.
  public func load(_ application: String, signature: String, on machine: @autoclosure () -> Machine)
    throws(CalibrationError) -> Calibration
  {
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
    guard file.format == Self.format, file.calibration.signature == signature, file.calibration.isSound
    else {
      throw .unreadable(application, path: path, reason: "it is no calibration of this version of Drivetrain")
    }
    let differences = machine().differences(from: file.calibration.machine)
    guard differences.isEmpty else { throw .otherMachine(application, differences: differences) }
    return file.calibration
  }
}

extension Calibration {
  /// Whether the numbers can be times.
  fileprivate var isSound: Bool {
    models.allSatisfy { model in
      model.points.allSatisfy {
        $0.seconds.median.isFinite && $0.seconds.median >= 0 && $0.seconds.spread >= 0
          && $0.footprint.size.isFinite && $0.workers > 0 && $0.batch > 0
      }
    } && overhead.median.isFinite && overhead.median >= 0
  }
}

/// Why there are no measured times to plan with.
public enum CalibrationError: Error, Sendable, Equatable, CustomStringConvertible {
  case missing(String)
  case unreadable(String, path: String, reason: String)
  case otherMachine(String, differences: [String])
  case otherApplication(String)

  public var description: String {
    switch self {
    case .missing(let application):
      "\(application) is not calibrated; run: drivetrain calibrate \(application)"
    case .unreadable(let application, let path, let reason):
      "the calibration \(path) can't be read: \(reason); replace it: drivetrain calibrate \(application)"
    case .otherMachine(let application, let differences):
      "\(application) was calibrated on a different machine: \(differences.joined(separator: "; ")); "
        + "calibrate again: drivetrain calibrate \(application)"
    case .otherApplication(let application):
      "\(application) is not calibrated as it is now: its file or its settings have changed; "
        + "run: drivetrain calibrate \(application)"
    }
  }
}
