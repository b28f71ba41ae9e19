import Foundation

/// The configuration files of one kind that ship with Drivetrain, called by name. Other files are called by
/// path.
public struct ConfigurationLibrary: Sendable {
  /// The kind in messages, such as "pipeline".
  private let kind: String
  /// The folder's name. It lies in the working directory, in the executable's, or in one above them.
  private let folder: String
  /// The file extensions of a path. A reference without one and without "/" is a name.
  private let suffixes: [String]

  public init(of kind: String, in folder: String, orFilesEndingIn suffixes: [String] = []) {
    self.kind = kind
    self.folder = folder
    self.suffixes = [".yaml"] + suffixes
  }

  /// The path that a name or a path stands for.
  public func path(of reference: String) throws(UnknownConfiguration) -> String {
    if reference.contains("/") || suffixes.contains(where: reference.hasSuffix) {
      guard FileManager.default.fileExists(atPath: reference) else {
        throw .fileNotFound(reference, kind: kind)
      }
      return reference
    }
    if let path = Installation.find("\(folder)/\(reference).yaml") { return path }
    throw .unknown(reference, kind: kind, available: names)
  }

  public var names: [String] {
    guard let path = Installation.find(folder),
      let files = try? FileManager.default.contentsOfDirectory(atPath: path)
    else { return [] }
    return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }
}

/// The reason why a name or a path stands for no file.
public enum UnknownConfiguration: Error, Sendable, Equatable, CustomStringConvertible {
  case fileNotFound(String, kind: String)
  case unknown(String, kind: String, available: [String])

  public var description: String {
    switch self {
    case .fileNotFound(let path, let kind): "there is no \(kind) file \(path)"
    case .unknown(let name, let kind, let available):
      "there is no \(kind) '\(name)'; "
        + name.hint(
          among: available,
          otherwise:
            "there is \(available.isEmpty ? "none" : available.joined(separator: ", ")), or give a path to a file"
        )
    }
  }
}
