import Basics
import COpenCL
import Dataflow
import Foundation

/// The drivers that are installed. The system's loader passes over those that fail without a word, so they are tried
/// once more to say why.
enum OpenCLDriver {
  /// Those that don't work.
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

  /// The files that name a driver, where the loader looks for them: in `/etc/OpenCL/vendors`, or in the folder, or
  /// the file, that `OCL_ICD_VENDORS` names.
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
