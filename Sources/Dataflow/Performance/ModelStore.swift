import Foundation

/// Keeps calibrations, a file for each application, in the user's cache folder.
public struct ModelStore: Sendable {
  public let folder: String

  /// Files of calibrations are small; a larger one is no calibration.
  private static let maximumBytes = 16 << 20
  private static let format = 1

  /// - Parameter folder: `$XDG_CACHE_HOME/drivetrain/calibrations` if not given.
  public init(folder: String = Installation.cache("calibrations")) { self.folder = folder }

  private struct File: Codable {
    let format: Int
    let calibration: Calibration
  }

  public func path(of application: String) -> String {
    "\(folder)/\(application.replacing("/", with: "_")).json"
  }

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
    try data.writeWhole(to: path(of: calibration.application))
  }

  /// What was measured of this very application on this very machine.
  public func load(_ application: String, signature: String, on machine: Machine)
    throws(CalibrationError) -> Calibration
  {
    let path = path(of: application)
    guard FileManager.default.fileExists(atPath: path) else { throw .missing(application) }
    let file: File
    do {
      let handle = try FileHandle(forReadingFrom: URL(filePath: path))
      let data = try handle.read(upToCount: Self.maximumBytes + 1) ?? Data()
      guard data.count <= Self.maximumBytes else {
        throw FileError("it has more than \(Self.maximumBytes) bytes")
      }
      file = try JSONDecoder().decode(File.self, from: data)
    } catch {
      throw .unreadable(application, path: path, reason: Self.reason(error))
    }
    guard file.format == Self.format, file.calibration.application == application, file.calibration.isSound
    else {
      throw .unreadable(application, path: path, reason: "it is no calibration of this version of Drivetrain")
    }
    let differences = machine.differences(from: file.calibration.machine)
    guard differences.isEmpty else { throw .otherMachine(application, differences: differences) }
    guard file.calibration.signature == signature else { throw .otherApplication(application) }
    return file.calibration
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "the key '\(key.stringValue)' is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' is of another type"
    case is DecodingError: "it is not valid JSON"
    default: "\(error)"
    }
  }
}

extension Calibration {
  /// Whether the numbers can be times.
  fileprivate var isSound: Bool {
    models.allSatisfy { model in
      model.points.allSatisfy {
        $0.seconds.median.isFinite && $0.seconds.median >= 0 && $0.seconds.spread >= 0
          && $0.footprint.size.isFinite && $0.workers > 0
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
      "\(application) has changed since it was calibrated; calibrate again: drivetrain calibrate \(application)"
    }
  }
}
