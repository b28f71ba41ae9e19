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
      let cores, vector_bits, memory_bytes: Int
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
              vector_bits: $0.vectorBits, memory_bytes: $0.memoryBytes)
          }))
      return
    }
    for device in devices {
      let memory = (Double(device.memoryBytes) / Double(1 << 30)).fixed(1)
      print(
        "\(device.name)  \(device.model)  \(device.cores) cores  \(device.vectorBits)-bit vectors  \(memory) GiB")
    }
  }
}
