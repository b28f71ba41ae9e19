import Basics
import Foundation

extension ModelDescription {
  /// The pipeline as the text of a file, with a comment beside each value that says where it was read.
  ///
  /// - Parameter model: the path of the graph in it; from the root by default.
  public func pipeline(model path: String? = nil) -> String {
    var lines = [
      "# \(exporter.map { "\($0.printable): " } ?? "")\(task.rawValue) (\(noted("task"))), head \(head.printable) (\(noted("head"))).",
      "# Behind each value stands where it was read.", "name: \(YAML.text(name))", "stages:", "  decode: {}",
      "  resize:",
    ]
    func add(_ key: String, _ value: String, _ source: String?) {
      let line = "    \(key): \(value)"
      let note = source.map { "# \(noted($0))" }
      lines.append(
        note.map { line.padding(toLength: max(line.count + 1, 44), withPad: " ", startingAt: 0) + $0 } ?? line
      )
    }
    let size = preprocessing.height.flatMap { height in preprocessing.width.map { "[\(height), \($0)]" } }
    switch preprocessing.fit {
    case .crop:
      add("short_side", "\(preprocessing.shortSide ?? 0)", "fit")
      add("crop", "\(preprocessing.width ?? 0)", "size")
    case .shortSide:
      add("short_side", "\(preprocessing.shortSide ?? 0)", "size")
      if let longest = preprocessing.longest { add("longest", "\(longest)", "size") }
      add("fit", preprocessing.fit.rawValue, "fit")
    case .stretch, .letterbox, .multiple:
      if let size { add("size", size, "size") }
      add("fit", preprocessing.fit.rawValue, "fit")
      if let pad = preprocessing.pad { add("pad", "\(pad)", "pad") }
      if let multiple = preprocessing.multiple { add("multiple", "\(multiple)", "fit") }
    }
    add("filter", preprocessing.filter.rawValue, "filter")
    if !preprocessing.antialias { add("antialias", "false", "antialias") }
    lines.append("  normalise:")
    add("mean", YAML.numbers(preprocessing.mean), "mean")
    add("standard_deviation", YAML.numbers(preprocessing.deviation), "std")
    add("range", "255", nil)
    if input.layout != .nchw { add("layout", input.layout.rawValue, "input") }
    if preprocessing.channels != .rgb { add("channels", preprocessing.channels.rawValue, "channels") }
    if input.element != .float32 { add("element", input.element.rawValue, "input") }
    lines += ["  infer:", "    model: \(YAML.text(path ?? model))"]
    let keys = taskKeys
    lines.append("  \(task.stage):\(keys.isEmpty && labels.names.isEmpty ? " {}" : "")")
    for (key, value, source) in keys { add(key, value, source) }
    if !labels.names.isEmpty {
      lines.append("    labels:  # \(noted("labels"))")
      lines += labels.names.map { "      - \(YAML.text($0))" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func noted(_ key: String) -> String { source(of: key)?.rawValue ?? FactSource.graph.rawValue }

  /// The keys of the task's stage.
  private var taskKeys: [(key: String, value: String, source: String?)] {
    var keys: [(key: String, value: String, source: String?)] = []
    switch task {
    // The stage finds out the rest by itself.
    case .classification: if head == "probabilities" { keys.append(("softmax", "false", "head")) }
    case .embedding: break
    case .depth: keys.append(("kind", YAML.text(head), "head"))
    case .detection, .instanceSegmentation, .segmentation: keys.append(("head", YAML.text(head), "head"))
    }
    if !keypoints.isEmpty { keys.append(("keypoints", "\(keypoints)", "task")) }
    // Boxes are found by the names and shapes of their head.
    if let output, task.stage != "detect" { keys.append(("output", YAML.text(output), "head")) }
    return keys
  }
}

/// Values of YAML.
enum YAML {
  /// Numbers that single precision keeps, as short as they can be.
  static func numbers(_ numbers: [Double]) -> String {
    "[\(numbers.map { $0 == $0.rounded() && abs($0) < 1e9 ? "\(Int($0))" : "\($0)" }.joined(separator: ", "))]"
  }

  /// A text in quotes, or a plain word. Signs that mean something to readers of the file are escaped.
  static func text(_ text: String) -> String {
    let isWord =
      !text.isEmpty && text.utf8.count < 60 && text.first.map { $0.isASCII && $0.isLetter } ?? false
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
      }
    if isWord, !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased()) {
      return text
    }
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "&", "[", "]", "{", "}": result += escape(scalar)
      case " "..."~": result.unicodeScalars.append(scalar)
      default:
        let category = scalar.properties.generalCategory
        let isPlain = ![
          .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate,
        ].contains(category)
        if isPlain { result.unicodeScalars.append(scalar) } else { result += escape(scalar) }
      }
    }
    return result + "\""
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    let width = scalar.value > 0xFFFF ? 8 : 4
    return "\\\(width == 8 ? "U" : "u")" + String(repeating: "0", count: width - digits.count) + digits
  }
}
