import Dataflow
import Foundation
import Kernels
import OpenCL
import Vision

/// Resizing and normalising one image by the stages, on the CPU and on a device.
struct PixelTiming {
  private let name: String
  private let pixels: PixelBuffer
  private let device: OpenCLDevice
  private let seconds: Double

  init(_ path: String, _ device: OpenCLDevice, seconds: Double) throws {
    name = (path as NSString).lastPathComponent
    let data = try Data(contentsOf: URL(filePath: path))
    pixels = try data.withUnsafeBytes { bytes in
      try ImageDecoder().decode(
        bytes, header: ImageHeader(parsing: bytes), for: CropGeometry(shortSide: 256, crop: 224),
        filter: .bilinear, scale: .auto)
    }
    self.device = device
    self.seconds = seconds
  }

  func run() throws {
    let stages = [
      Stage.resize(ResizeSettings(shortSide: 256, crop: 224)),
      Stage.normalise(.imageNet, height: 224, width: 224),
    ]
    let graph = try Graph("pixels", chain: stages)
    let executors = try ["cpu", device.name].map { name in
      let recorder = Recorder()
      return (
        name, recorder, try SequentialExecutor(graph, plan: .fused(graph, on: name), recorder: recorder)
      )
    }
    print("  \(name), decoded to \(pixels.width) × \(pixels.height)")
    let batches = try [2, 4, 8].map { batch in
      var plan = Plan.fused(graph, on: device.name)
      plan.placements[0].batch = batch
      return (batch, try SequentialExecutor(graph, plan: plan))
    }
    try Measurement(
      executors.map { name, _, executor in
        ("resize and normalise on \(name)", { _ = try executor.process(pixels).output(as: BatchSlot.self) })
      }
        + batches.map { batch, executor in
          let items = [[any Sendable]](repeating: [pixels], count: batch)
          return (
            "a batch of \(batch) on \(device.name)",
            { for result in try executor.process(items: items) { _ = try result.output(as: BatchSlot.self) } }
          )
        }
    ).report(seconds: seconds)
    for (name, recorder, executor) in executors {
      let attribution = recorder.attribution(of: try executor.process(pixels), in: graph)
      let parts = attribution.stages.map { "\($0.name) \($0.compute / 1000) + \($0.transfer / 1000)" }
      print("    \(name), µs computing + moving: \(parts.joined(separator: ", "))")
    }
  }
}
