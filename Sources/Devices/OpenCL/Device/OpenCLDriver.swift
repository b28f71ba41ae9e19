import Basics
import COpenCL
import Dataflow
import Foundation

/// The installed drivers. The system's loader silently ignores failing ones, so they are tried again for
/// their errors.
enum OpenCLDriver {
  /// The failing drivers.
  static var unavailable: [UnavailableDevice] {
    files.compactMap { file in
      guard let library = library(of: file) else {
        return UnavailableDevice(name: "OpenCL driver \(file)", reason: "the file names no library")
      }
      var error: Int32 = 0
      guard let reason = takeText(ocl_try_driver(library, &error)) else { return nil }
      let code = error == 0 ? "" : ": \(OpenCLCode(number: error))"
      return UnavailableDevice(name: "OpenCL driver \(library)", reason: reason + code)
    }
  }

  /// The files that name a driver, in the loader's places: `/etc/OpenCL/vendors`, or the folder or file in
  /// `OCL_ICD_VENDORS`.
  private static var files: [String] {
    let place = ProcessInfo.processInfo.environment["OCL_ICD_VENDORS"] ?? "/etc/OpenCL/vendors"
    if place.hasSuffix(".icd") { return [place] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
    return names.filter { $0.hasSuffix(".icd") }.sorted().map { "\(place)/\($0)" }
  }

  private static func library(of file: String) -> String? {
    let text = try? String.read(file)
    return text?.split(whereSeparator: \.isNewline).first?.trimmingCharacters(in: .whitespaces)
  }
}
