import Foundation
import Kernels
import Vision

/// Times what comes before and after a network on one thread, and prints JSON: median nanoseconds by name.
///
///     bench-tasks FOLDER SECONDS
///
/// The folder has `yolo.fp32`, a head of 84 × 8400; `map.fp32`, logits of 21 × 512 × 512; and `photograph.png`. Maps become
/// those of 960 × 1280 pixels.
@main struct BenchTasks {
  private static let image = (height: 960, width: 1280)

  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let seconds = Double(arguments[2]) else {
      print("usage: bench-tasks FOLDER SECONDS")
      exit(2)
    }
    let folder = URL(filePath: arguments[1])
    func outputs(_ file: String, _ shape: [Int], _ input: CropGeometry) throws -> NetworkOutputs {
      let data = try Data(contentsOf: folder.appending(path: file))
      let tensor = try Tensor(shape: shape)
      guard data.copyBytes(to: tensor.bytes) == tensor.bytes.count else {
        throw CocoaError(.fileReadCorruptFile)
      }
      return NetworkOutputs(
        tensors: [tensor], row: 0, frame: input.frame(width: image.width, height: image.height))
    }
    let letterbox = CropGeometry(
      height: 640, width: 640, .letterbox(colour: [114, 114, 114], isCentred: true))
    let head = try outputs("yolo.fp32", [1, 84, 8400], letterbox)
    let logits = try outputs("map.fp32", [1, 21, 512, 512], CropGeometry(height: 512, width: 512))
    let photograph = try Data(contentsOf: folder.appending(path: "photograph.png"))
    let pixels = try photograph.withUnsafeBytes { bytes in
      try ImageDecoder().decode(
        bytes, header: ImageHeader(parsing: bytes), for: nil, filter: .linear, scale: .exact)
    }
    let resizer = ImageResizer(geometry: letterbox, filter: .linear)
    let parts = Normalisation(mean: [0, 0, 0], standardDeviation: [255, 255, 255])
    let input = try Tensor(shape: [1, 3, 640, 640])
    var objects = 0
    let results = [
      "yolo": try time(seconds) { objects = try Detections(head, head: "yolov8")?.objects.count ?? 0 },
      "map": try time(seconds) { _ = try Segmentation(logits: logits) },
      "letterbox": try time(seconds) { parts.write(try resizer.resize(pixels), into: input.slotBytes(0)) },
    ]
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    print(
      String(
        decoding: try encoder.encode(results.merging(["objects": Double(objects)]) { $1 }), as: UTF8.self))
  }

  private static func time(_ seconds: Double, _ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    var samples: [Double] = []
    while samples.count < 3 || clock.now < end {
      let (whole, part) = try clock.measure(body).components
      samples.append(Double(whole) * 1e9 + Double(part) / 1e9)
    }
    return samples.sorted()[samples.count / 2]
  }
}
