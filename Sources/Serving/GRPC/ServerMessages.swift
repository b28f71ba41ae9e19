import Basics
import Dataflow
import NIOCore

/// Answers about the server and its models, as protocol buffers.
enum ServerMessages {
  /// `live`, `ready`.
  static func yes() -> [UInt8] { build { $0.add(1, 1) } }

  static func metadata() -> [UInt8] {
    build { message in
      message.add(1, ServerMetadata.name)
      message.add(2, Version.current)
      for name in ServerMetadata.extensions { message.add(3, name) }
    }
  }

  static func statistics(_ models: [(name: String, version: Int, values: ModelStatistics.Values)]) -> [UInt8]
  {
    build { message in
      for (name, version, values) in models {
        message.add(1) { model in
          model.add(1, name)
          model.add(2, "\(version)")
          model.add(3, values.lastInference)
          model.add(4, values.inferences)
          model.add(5, values.infer.count)
          model.add(6) { parts in
            for (index, part) in values.durations.enumerated() {
              parts.add(index + 1) { duration in
                duration.add(1, part.value.count)
                duration.add(2, Int(part.value.nanoseconds))
              }
            }
          }
        }
      }
    }
  }

  static func build(_ body: (inout ProtobufWriter) -> Void) -> [UInt8] {
    var message = ProtobufWriter()
    body(&message)
    return message.bytes
  }
}

enum HealthMessages {
  /// - Throws: `GRPCStatus` if the service that is asked for is none of ours.
  static func check(_ message: ByteBuffer, _ models: ServedModels) throws -> [UInt8] {
    var service = ""
    try message.forEachField { if $0.number == 1 { service = try $0.text() } }
    guard service.isEmpty || service == "inference.GRPCInferenceService" || models[service]?.pipeline != nil
    else {
      throw GRPCStatus(.notFound, "there is no service '\(service)'")
    }
    return ServerMessages.yes()  // SERVING.
  }
}

extension ModelReference {
  /// A message's `name` and `version`.
  init(_ message: ByteBuffer) throws {
    self.init(name: "")
    try message.forEachField { field in
      switch field.number {
      case 1: name = try field.text()
      case 2: version = try field.text()
      default: break
      }
    }
  }
}

extension ByteBuffer {
  /// Reads a message of a few fields.
  ///
  /// - Throws: `ProtobufError`; what `body` throws.
  func forEachField(_ body: (ProtobufReader.Field) throws -> Void) throws {
    try withUnsafeReadableBytes { bytes in
      var reader = ProtobufReader(bytes, maximumFields: 256)
      while let field = try reader.next() { try body(field) }
    }
  }

  /// An answer to a message that has nothing to say, if it is one.
  func checked(_ answer: [UInt8]) throws -> [UInt8] {
    try forEachField { _ in }
    return answer
  }
}

extension ModelDescription {
  func metadataMessage() -> [UInt8] {
    ServerMessages.build { message in
      message.add(1, name)
      message.add(2, "\(version)")
      message.add(3, Self.platform)
      for (field, entries) in [(4, interface.inputs), (5, interface.outputs)] {
        for entry in entries {
          message.add(field) { tensor in
            tensor.add(1, entry.name)
            tensor.add(2, entry.datatype)
            for extent in entry.shape { tensor.add(3, extent) }
          }
        }
      }
    }
  }

  func configurationMessage() -> [UInt8] {
    ServerMessages.build { message in
      message.add(1) { config in
        config.add(1, name)
        config.add(2, Self.platform)
        config.add(4, interface.maximumBatch)
        for (field, dimensionsField, entries) in [(5, 4, interface.inputs), (6, 3, interface.outputs)] {
          for entry in entries {
            config.add(field) { tensor in
              tensor.add(1, entry.name)
              tensor.add(2, entry.configurationType.number)
              for extent in dimensions(of: entry) { tensor.add(dimensionsField, extent) }
            }
          }
        }
        config.add(11) { _ in }
        config.add(17, Self.platform)
      }
    }
  }
}
