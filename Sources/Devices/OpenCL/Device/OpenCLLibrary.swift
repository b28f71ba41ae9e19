import Basics
import COpenCL
import Dataflow
import Foundation

/// The system's OpenCL loader, which finds all drivers; loaded on first use and kept.
///
/// Sendable: the table is filled once, and its functions may be called from any thread.
struct OpenCLLibrary: @unchecked Sendable {
  private let table: UnsafePointer<ocl_functions>

  static let shared: Result<OpenCLLibrary, UnavailableDevice> = open()

  private static func open() -> Result<OpenCLLibrary, UnavailableDevice> {
    let path = "libOpenCL.so.1"
    var message: UnsafeMutablePointer<CChar>?
    guard let table = ocl_load(path, &message) else {
      let reason = takeText(message) ?? "out of memory"
      return .failure(UnavailableDevice(name: path, reason: "\(reason); run Scripts/setup to have OpenCL"))
    }
    return .success(OpenCLLibrary(table: table))
  }

  var functions: ocl_functions { table.pointee }

  /// The output of an information function, after a query of its length.
  static func bytes(
    _ get: (_ size: Int, _ value: UnsafeMutableRawPointer?, _ length: UnsafeMutablePointer<Int>?) -> Int32
  ) -> [UInt8]? {
    var length = 0
    guard get(0, nil, &length) == 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: length)
    let code = bytes.withUnsafeMutableBytes { get($0.count, $0.baseAddress, nil) }
    return code == 0 ? bytes : nil
  }

  /// The text of an information function, without the final zero; empty if it fails.
  static func text(
    _ get: (_ size: Int, _ value: UnsafeMutableRawPointer?, _ length: UnsafeMutablePointer<Int>?) -> Int32
  ) -> String {
    String(decoding: bytes(get)?.prefix { $0 != 0 } ?? [], as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

extension UnavailableDevice: Error {}
