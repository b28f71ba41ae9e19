import Foundation

extension Data {
  /// Reads a file, unless it is larger than it can rightly be: `nil` then.
  ///
  /// - Throws: what the system says if it can't be read.
  public static func read(_ path: String, atMost limit: Int) throws -> Data? {
    let file = try FileHandle(forReadingFrom: URL(filePath: path))
    defer { try? file.close() }
    let data = try file.read(upToCount: limit + 1) ?? Data()
    return data.count <= limit ? data : nil
  }
}
