import ArgumentParser
import Basics
import Dataflow
import Foundation
import Load
import Planning

struct Devices: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Lists the processors of this machine.")

  @Flag(help: "Print one JSON object.")
  var json = false

  private struct Report: Encodable {
    struct Entry: Encodable {
      let name, kind, model, driver, processor: String
      let cores, vectorBits, memoryBytes: Int

      enum CodingKeys: String, CodingKey {
        case cores
        case driver
        case kind
        case memoryBytes = "memory_bytes"
        case model
        case name
        case processor = "silicon"
        case vectorBits = "vector_bits"
      }
    }

    struct Unavailable: Encodable { let name, reason: String }

    let devices: [Entry]
    let unavailable: [Unavailable]
  }

  func run() throws {
    let (devices, unavailable) = (Platform.local.devices, Platform.local.unavailable)
    if json {
      try printJSON(
        Report(
          devices: devices.map {
            .init(
              name: $0.name, kind: $0.kind.rawValue, model: $0.model, driver: $0.driver,
              processor: $0.processor,
              cores: $0.cores, vectorBits: $0.vectorBits, memoryBytes: $0.memoryBytes)
          }, unavailable: unavailable.map { .init(name: $0.name, reason: $0.reason) }))
      return
    }
    for device in devices {
      let host = devices.first { $0.processor == device.processor } ?? device
      let memory = (Double(device.memoryBytes) / Double(1 << 30)).fixed(1)
      try printOut(
        "\(device.name)  \(device.model)  \(device.cores.counted("core"))  \(device.vectorBits)-bit vectors  \(memory) GiB"
          + (host.name == device.name ? "" : "  on the cores of \(host.name)")
      )
    }
    for device in unavailable { try printOut("unavailable  \(device.name): \(device.reason)") }
  }
}
