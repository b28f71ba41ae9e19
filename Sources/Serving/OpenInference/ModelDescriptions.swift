import Basics

/// The server as the Open Inference Protocol describes it.
enum ServerMetadata {
  static let name = "drivetrain"
  static let extensions = ["binary_tensor_data", "statistics", "model_configuration", "model_repository"]

  static func json() -> String {
    var json = JSONText(capacity: 256)
    json.object { json in
      json.value("name", name)
      json.value("version", Version.current)
      json.array("extensions") { json in for name in extensions { json.value(nil, name) } }
    }
    return json.text
  }
}

/// The public description of a pipeline, in the forms that clients can request.
struct ModelDescription: Sendable {
  static let platform = "drivetrain"

  let name: String
  let version: Int
  let interface: ModelInterface
  let plan: String

  /// `GET /v2/models/NAME`.
  func metadata() -> String {
    var json = JSONText(capacity: 1024)
    json.object { json in
      json.value("name", name)
      json.array("versions") { $0.value(nil, "\(version)") }
      json.value("platform", Self.platform)
      json.array("inputs") { write(interface.inputs, to: &$0) }
      json.array("outputs") { write(interface.outputs, to: &$0) }
      json.value("plan", plan)
    }
    return json.text
  }

  private func write(_ entries: [ModelInterface.Entry], to json: inout JSONText) {
    for entry in entries {
      json.object { json in
        json.value("name", entry.name)
        json.value("datatype", entry.datatype)
        json.array("shape") { json in for extent in entry.shape { json.value(nil, extent) } }
      }
    }
  }

  /// `GET /v2/models/NAME/ready`.
  func readiness() -> String {
    var json = JSONText(capacity: 64)
    json.object { json in
      json.value("name", name)
      json.value("ready", isTrue: true)
    }
    return json.text
  }

  /// `GET /v2/models/NAME/config`: the part of Triton's model configuration that its clients read.
  func configuration() -> String {
    var json = JSONText(capacity: 1024)
    json.object { json in
      json.value("name", name)
      json.value("platform", Self.platform)
      json.value("backend", Self.platform)
      json.value("max_batch_size", interface.maximumBatch)
      json.array("input") { write(configured: interface.inputs, to: &$0) }
      json.array("output") { write(configured: interface.outputs, to: &$0) }
      json.object("dynamic_batching") { _ in }
      json.object("model_transaction_policy") { $0.value("decoupled", isTrue: false) }
    }
    return json.text
  }

  private func write(configured entries: [ModelInterface.Entry], to json: inout JSONText) {
    for entry in entries {
      json.object { json in
        json.value("name", entry.name)
        json.value("data_type", entry.configurationType.name)
        json.array("dims") { json in for extent in dimensions(of: entry) { json.value(nil, extent) } }
      }
    }
  }

  /// A shape without the batch.
  func dimensions(of entry: ModelInterface.Entry) -> [Int] {
    interface.maximumBatch > 0 ? Array(entry.shape.dropFirst()) : entry.shape
  }
}

extension ModelInterface.Entry {
  /// The datatype in a model configuration: the name in JSON, the number in protocol buffers.
  var configurationType: (name: String, number: Int) {
    switch datatype {
    case "BOOL": ("TYPE_BOOL", 1)
    case "UINT8": ("TYPE_UINT8", 2)
    case "UINT16": ("TYPE_UINT16", 3)
    case "UINT32": ("TYPE_UINT32", 4)
    case "UINT64": ("TYPE_UINT64", 5)
    case "INT8": ("TYPE_INT8", 6)
    case "INT16": ("TYPE_INT16", 7)
    case "INT32": ("TYPE_INT32", 8)
    case "INT64": ("TYPE_INT64", 9)
    case "FP16": ("TYPE_FP16", 10)
    case "FP32": ("TYPE_FP32", 11)
    case "FP64": ("TYPE_FP64", 12)
    case "BYTES": ("TYPE_STRING", 13)
    default: ("TYPE_INVALID", 0)
    }
  }
}
