import ArgumentParser
import Dataflow
import Foundation

struct Devices: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Lists the processors of this machine.")

  @Flag(help: "Print one JSON object.")
  var json = false

  private struct Report: Encodable {
    struct Entry: Encodable {
      let name, kind, model: String
      let cores, vectorBits, memoryBytes: Int

      enum CodingKeys: String, CodingKey {
        case cores
        case kind
        case memoryBytes = "memory_bytes"
        case model
        case name
        case vectorBits = "vector_bits"
      }
    }

    let devices: [Entry]
  }

  func run() throws {
    let devices = Platform.local.devices
    if json {
      try printJSON(
        Report(
          devices: devices.map {
            .init(
              name: $0.name, kind: $0.kind.rawValue, model: $0.model, cores: $0.cores,
              vectorBits: $0.vectorBits, memoryBytes: $0.memoryBytes)
          }))
      return
    }
    for device in devices {
      let memory = (Double(device.memoryBytes) / Double(1 << 30)).fixed(1)
      try printOut(
        "\(device.name)  \(device.model)  \(device.cores) cores  \(device.vectorBits)-bit vectors  \(memory) GiB"
      )
    }
  }
}
