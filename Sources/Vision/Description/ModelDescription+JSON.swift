import Basics
import Foundation

extension ModelDescription {
  /// One JSON object, in a line.
  public var json: String {
    var text = JSONText(capacity: 4096)
    text.object { json in
      json.value("task", task.rawValue)
      json.value("head", head)
      json.object("input") { write(input: &$0) }
      json.object("preprocessing") { write(preprocessing: &$0) }
      json.object("labels") { json in
        if let count = labels.count { json.value("count", count) } else { json.value("count", "unknown") }
        json.value("source", labels.source)
      }
      json.object("sources") { json in
        for (key, source) in sources { json.value(key, source.rawValue) }
      }
      json.value("pipeline", pipeline())
    }
    return text.text
  }

  private func write(input json: inout JSONText) {
    json.value("name", input.name)
    json.value("layout", input.layout.rawValue)
    json.value("type", input.type)
    if let rows = Int(input.batch) { json.value("batch", rows) } else { json.value("batch", input.batch) }
    for (key, side) in [("height", input.height), ("width", input.width)] {
      if let side { json.value(key, side) } else { json.value(key, "dynamic") }
    }
  }

  private func write(preprocessing json: inout JSONText) {
    func integers(_ key: String, _ values: [Int]) {
      json.array(key) { json in for value in values { json.value(nil, value) } }
    }
    json.value("fit", preprocessing.fit.rawValue)
    if let height = preprocessing.height, let width = preprocessing.width {
      integers("size", [height, width])
    }
    if let side = preprocessing.shortSide { json.value("short_side", side) }
    if let side = preprocessing.longest { json.value("longest", side) }
    if let multiple = preprocessing.multiple { json.value("multiple", multiple) }
    if let pad = preprocessing.pad { integers("pad", pad) }
    json.value("filter", preprocessing.filter.rawValue)
    json.value("antialias", isTrue: preprocessing.antialias)
    json.value("channels", preprocessing.channels.rawValue)
    for (key, values) in [("mean", preprocessing.mean), ("std", preprocessing.deviation)] {
      json.array(key) { json in for value in values { json.value(nil, value) } }
    }
  }
}

extension ModelDescription.Input {
  /// `fp32`, `fp16` or `uint8`.
  public var type: String {
    switch element {
    case .float16: "fp16"
    case .uint8: "uint8"
    default: "fp32"
    }
  }
}

extension ModelDescription {
  /// Key, value and where it was read, a line each, for people.
  public var text: [String] {
    func numbers(_ values: [Double]) -> String { YAML.numbers(values) }
    let pixels = preprocessing.height.flatMap { height in preprocessing.width.map { "\(height) × \($0)" } }
    let sides = [input.height, input.width].map { $0.map(String.init) ?? "dynamic" }.joined(separator: " × ")
    var values: [String: String] = [
      "task": task.rawValue, "head": head,
      "input":
        "'\(input.name.printable)' \(input.layout.rawValue) \(input.type), batch \(input.batch), \(sides)",
      "fit": preprocessing.fit.rawValue, "size": pixels ?? "of the image",
      "filter": preprocessing.filter.rawValue,
      "antialias": "\(preprocessing.antialias)", "channels": preprocessing.channels.rawValue,
      "mean": numbers(preprocessing.mean), "std": numbers(preprocessing.deviation),
      "pad": "\(preprocessing.pad ?? [])",
    ]
    if let side = preprocessing.shortSide {
      values["fit", default: ""] += ", shorter side \(side)"
      if let longest = preprocessing.longest { values["fit", default: ""] += ", at most \(longest)" }
    }
    if let multiple = preprocessing.multiple { values["fit", default: ""] += " of \(multiple)" }
    let some = labels.names.prefix(3).map(\.printable).joined(separator: ", ")
    let count = labels.count.map { "\($0)" } ?? "unknown"
    values["labels"] =
      labels.source == "none"
      ? "none"
      : labels.names.isEmpty
        ? "\(count), by their numbers" : "\(count): \(some)\(labels.names.count > 3 ? ", …" : "")"
    if let output { values["head", default: ""] += " of '\(output.printable)'" }
    let width = sources.map { values[$0.key, default: ""].count }.max() ?? 0
    return sources.map { key, source in
      let value = values[key, default: ""]
      return key.padding(toLength: 11, withPad: " ", startingAt: 0) + value
        + String(repeating: " ", count: width - value.count + 2) + source.rawValue
    }
  }
}
