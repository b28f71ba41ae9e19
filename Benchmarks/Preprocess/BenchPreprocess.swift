import CJPEG
import Foundation
import Kernels
import Vision

/// Times the image path on one thread and prints JSON: for each image, median nanoseconds by stage.
///
///     bench-preprocess SECONDS IMAGE…
///
/// `library` is the same region at the same scale decoded by the bare library, into memory that is already there:
/// what decoding cannot be faster than.
@main struct BenchPreprocess {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3, let seconds = Double(arguments[1]) else {
      print("usage: bench-preprocess SECONDS IMAGE…")
      exit(2)
    }
    var results: [String: [String: [String: Double]]] = [:]
    for path in arguments.dropFirst(2) {
      let data = try Data(contentsOf: URL(filePath: path))
      var result: [String: [String: Double]] = [:]
      for scale in DecodeScale.allCases {
        result[scale.rawValue] = try ImageTiming(data: data, scale: scale).run(seconds: seconds)
      }
      results[URL(filePath: path).lastPathComponent] = result
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    print(String(decoding: try encoder.encode(results), as: UTF8.self))
  }
}
