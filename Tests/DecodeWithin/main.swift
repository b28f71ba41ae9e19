import Foundation
import Vision

// decode-within MEBIBYTES FILE: decodes an image with so much memory more than the program has, and prints what came of it.
let arguments = CommandLine.arguments
guard arguments.count == 3, let mebibytes = UInt(arguments[1]),
  let data = FileManager.default.contents(atPath: arguments[2]),
  let statistics = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
  let pages = statistics.split(separator: " ").first.flatMap({ UInt($0) })
else { exit(2) }

let decoder = ImageDecoder()
// What has been printed once is printed without memory.
print("decoding")
fflush(nil)
var limit = rlimit()
getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
limit.rlim_cur = pages * UInt(sysconf(Int32(_SC_PAGESIZE))) + mebibytes << 20
setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
let result = data.withUnsafeBytes { bytes in
  Result { () throws(ImageError) in try decoder.decode(bytes, header: ImageHeader(parsing: bytes), for: nil) }
}
limit.rlim_cur = limit.rlim_max
setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
switch result {
case .success(let pixels): print("\(pixels.width) × \(pixels.height)")
case .failure(let error): print(error)
}
