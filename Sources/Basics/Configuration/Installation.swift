import Foundation

/// The places of the files that belong to Drivetrain, wherever it starts.
public enum Installation {
  /// The first existing file of this relative path in the working directory, the executable's directory, or a
  /// directory above either; `nil` if there is none.
  public static func find(_ relativePath: String) -> String? {
    for root in roots {
      let candidate = root + "/" + relativePath
      if FileManager.default.fileExists(atPath: candidate) { return candidate }
    }
    return nil
  }

  /// A folder of Drivetrain's in the user's cache, `$XDG_CACHE_HOME` or `~/.cache`. It may not exist yet.
  public static func cache(_ name: String) -> String {
    let environment = ProcessInfo.processInfo.environment
    let base = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    return (base ?? NSHomeDirectory() + "/.cache") + "/drivetrain/" + name
  }

  private static let roots: [String] = {
    let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return [FileManager.default.currentDirectoryPath, (executable as NSString).deletingLastPathComponent]
      .flatMap { start in
        sequence(first: start) { $0.isEmpty || $0 == "/" ? nil : ($0 as NSString).deletingLastPathComponent }
      }
  }()
}
