import Basics
import NIOCore

/// Responses about the server and its models, as protocol buffers.
enum ServerMessages {
  /// `live`, `ready`.
  static func yes() -> [UInt8] { build { $0.add(ProtocolFields.Health.isWell, 1) } }

  static func metadata() -> [UInt8] {
    build { message in
      message.add(ProtocolFields.ServerMetadata.name, ServerMetadata.name)
      message.add(ProtocolFields.ServerMetadata.version, Version.current)
      for name in ServerMetadata.extensions { message.add(ProtocolFields.ServerMetadata.extensions, name) }
    }
  }

  static func statistics(_ models: [(name: String, version: Int, values: ModelStatistics.Values)]) -> [UInt8]
  {
    typealias Field = ProtocolFields.Statistics
    return build { message in
      for (name, version, values) in models {
        message.add(Field.models) { model in
          model.add(Field.name, name)
          model.add(Field.version, "\(version)")
          model.add(Field.lastInference, values.lastInference)
          model.add(Field.inferences, values.inferences)
          model.add(Field.executions, values.infer.count)
          model.add(Field.durations) { parts in
            for (index, part) in values.durations.enumerated() {
              parts.add(Field.firstDuration + index) { duration in
                duration.add(Field.count, part.value.count)
                duration.add(Field.nanoseconds, Int(part.value.nanoseconds))
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

extension ProtobufWriter {
  /// A tensor's name, datatype and shape.
  mutating func add(_ field: Int, tensor name: String, _ datatype: String, _ shape: [Int]) {
    add(field) { tensor in
      tensor.add(ProtocolFields.Tensor.name, name)
      tensor.add(ProtocolFields.Tensor.datatype, datatype)
      for extent in shape { tensor.add(ProtocolFields.Tensor.shape, extent) }
    }
  }
}

enum HealthMessages {
  /// - Throws: `GRPCStatus` for an unknown service.
  static func check(_ message: ByteBuffer, _ models: ServedModels) throws -> [UInt8] {
    var service = ""
    try message.forEachField { if $0.number == ProtocolFields.Health.service { service = try $0.text() } }
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
      case ProtocolFields.ModelRequest.name: name = try field.text()
      case ProtocolFields.ModelRequest.version: version = try field.text()
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

  /// Checks that this is a message, whose fields don't matter, and returns the response.
  func checked(_ answer: [UInt8]) throws -> [UInt8] {
    try forEachField { _ in }
    return answer
  }
}

extension ModelDescription {
  func metadataMessage() -> [UInt8] {
    typealias Field = ProtocolFields.ModelMetadata
    return ServerMessages.build { message in
      message.add(Field.name, name)
      message.add(Field.versions, "\(version)")
      message.add(Field.platform, Self.platform)
      for (field, entries) in [(Field.inputs, interface.inputs), (Field.outputs, interface.outputs)] {
        for entry in entries { message.add(field, tensor: entry.name, entry.datatype, entry.shape) }
      }
    }
  }

  func configurationMessage() -> [UInt8] {
    typealias Field = ProtocolFields.ModelConfig
    return ServerMessages.build { message in
      message.add(Field.config) { config in
        config.add(Field.name, name)
        config.add(Field.platform, Self.platform)
        config.add(Field.maximumBatch, interface.maximumBatch)
        for (field, dimensionsField, entries) in [
          (Field.input, Field.inputDimensions, interface.inputs),
          (Field.output, Field.outputDimensions, interface.outputs),
        ] {
          for entry in entries {
            config.add(field) { tensor in
              tensor.add(Field.tensorName, entry.name)
              tensor.add(Field.dataType, entry.configurationType.number)
              for extent in dimensions(of: entry) { tensor.add(dimensionsField, extent) }
            }
          }
        }
        config.add(Field.dynamicBatching) { _ in }
        config.add(Field.backend, Self.platform)
      }
    }
  }
}
