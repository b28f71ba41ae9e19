import Foundation
import Serving
import TestSupport
import Vision

/// Bodies of requests for inference, read for a network and for a pipeline of images.
enum RequestTargets {
  /// An image of 24 × 24, and a file that is none.
  static let samples = SampleRequests(images: [
    PNGFile.solid(width: 24, height: 24, red: 200, green: 100, blue: 50), Data("no image".utf8),
  ])

  private static func inputs() throws -> [UntrustedInput] {
    let folder = try TemporaryFolder()
    let network = try folder.write(SampleRequests.identity.data, to: "identity.onnx")
    let pipeline = try PipelineFile().write(to: folder)
    return try [network, pipeline].map { UntrustedInput(for: try Pipeline($0).signature) }
  }

  static func json() throws -> FuzzTarget {
    let inputs = try inputs()
    return FuzzTarget(samples: samples.json.map { Array($0.body) }) { bytes, number in
      try bytes.exactly { bytes in
        // Of every third the last part is binary tensors.
        let border = number % 3 == 0 ? max(0, bytes.count - 48) : bytes.count
        try inputs[Int(number % 2)].readJSON(
          UnsafeRawBufferPointer(rebasing: bytes[..<border]),
          binary: UnsafeRawBufferPointer(rebasing: bytes[border...]))
      }
      return "read"
    }
  }

  static func protobuf() throws -> FuzzTarget {
    let inputs = try inputs()
    return FuzzTarget(samples: samples.messages.map { Array($0.message) }) { bytes, number in
      try bytes.exactly { bytes in
        let input = inputs[Int(number % 2)]
        if number % 4 == 3 {
          try input.readMessage(
            bytes, of: UntrustedInput.calls[Int(number / 4) % UntrustedInput.calls.count])
        } else {
          try input.readMessage(bytes)
        }
      }
      return "read"
    }
  }
}
