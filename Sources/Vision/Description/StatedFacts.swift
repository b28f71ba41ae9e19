import Basics

/// What a user says of a model: `key=value`, which goes before all that is read.
struct StatedFacts: Sendable {
  static let keys = [
    "task", "head", "mean", "std", "fit", "size", "short_side", "longest", "multiple", "pad", "filter",
    "antialias",
    "channels", "layout", "labels",
  ]

  private(set) var facts = Facts()
  private(set) var task: DescribedTask?
  private(set) var head: String?
  private(set) var layout: Normalisation.Layout?
  private(set) var labels: [String]?
  /// Whether nothing is stated.
  let isEmpty: Bool

  /// - Throws: `ConfigurationError` that names the pair.
  init(_ pairs: [String]) throws {
    isEmpty = pairs.isEmpty
    var values: [String: ConfigurationNode] = [:]
    for pair in pairs {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw Self.error("takes key=value, not '\(pair.printable(atMost: 60))'; files go before it")
      }
      guard Self.keys.contains(parts[0]) else {
        let hint = parts[0].hint(
          among: Self.keys, otherwise: "known are \(Self.keys.joined(separator: ", "))")
        throw Self.error("has no key '\(parts[0].printable(atMost: 60))'; \(hint)")
      }
      guard values[parts[0]] == nil else { throw Self.error("has '\(parts[0])' twice") }
      // Several numbers may stand without brackets.
      let isBare = parts[1].contains(",") && !parts[1].hasPrefix("[") && parts[0] != "labels"
      values[parts[0]] = try ConfigurationNode(
        yaml: isBare ? "[\(parts[1])]" : parts[1].isEmpty ? "''" : parts[1], file: Self.place
      ).named("'\(parts[0])'")
    }
    try read(values)
  }

  private static let place = "--set"
  private static func error(_ reason: String) -> ConfigurationError {
    ConfigurationError(file: place, reason: reason)
  }

  private mutating func read(_ values: [String: ConfigurationNode]) throws {
    let sides = 1...ImageInput.maximumSide
    task = try values["task"]?.choice()
    head = try values["head"]?.string()
    layout = try values["layout"]?.choice()
    facts.fit = try values["fit"].map { Fact(try $0.choice(), .stated) }
    facts.filter = try values["filter"].map { Fact(try $0.choice(), .stated) }
    facts.channels = try values["channels"].map { Fact(try $0.choice(), .stated) }
    facts.antialias = try values["antialias"].map { Fact(try $0.boolean(), .stated) }
    facts.shortSide = try values["short_side"].map { Fact(try $0.integer(in: sides), .stated) }
    facts.longest = try values["longest"].map { Fact(try $0.integer(in: sides), .stated) }
    facts.multiple = try values["multiple"].map { Fact(try $0.integer(in: 1...1024), .stated) }
    if let node = values["size"] {
      let numbers = try (try? node.list())?.map { try $0.integer(in: sides) } ?? [node.integer(in: sides)]
      guard (1...2).contains(numbers.count) else {
        throw node.error("'size' is a height and a width, such as 480,640")
      }
      facts.size = Fact(Facts.Size(height: numbers[0], width: numbers[numbers.count - 1]), .stated)
    }
    if let node = values["pad"] {
      let numbers = try (try? node.list())?.map { try $0.integer(in: 0...255) } ?? [node.integer(in: 0...255)]
      guard [1, 3].contains(numbers.count) else {
        throw node.error("'pad' is red, green and blue, such as 114,114,114")
      }
      facts.pad = Fact(numbers.count == 3 ? numbers : Array(repeating: numbers[0], count: 3), .stated)
    }
    facts.mean = try values["mean"].map { Fact(try Self.numbers($0, in: -1e6...1e6), .stated) }
    facts.deviation = try values["std"].map { Fact(try Self.numbers($0, in: 1e-6...1e6), .stated) }
    try checkUnits(values["std"] ?? values["mean"])
    if let node = values["labels"] {
      if let list = try? node.list() {
        labels = try list.map { try $0.string() }
      } else {
        let path = try node.string()
        do {
          labels = LabelNames.lines(of: try String.read(path, atMost: 16 << 20))
        } catch {
          throw node.error("'labels' at \(path) can't be read: \(error)")
        }
      }
    }
  }

  /// Refuses numbers for pixels from 0 to 1, of which pixels from 0 to 255 would leave hardly anything.
  private func checkUnits(_ node: ConfigurationNode?) throws {
    let mean = facts.mean?.value ?? []
    let deviation = facts.deviation?.value ?? []
    let isSmall =
      mean.contains { $0 != 0 } && mean.allSatisfy { abs($0) < 1 }
      || !deviation.isEmpty && deviation.allSatisfy { $0 < 1 }
    guard isSmall, let node else { return }
    throw node.error(
      "\(node.path) is for pixels from 0 to 1, it seems; state it for 0 to 255, such as mean=123.675,116.28,103.53 std=58.395,57.12,57.375"
    )
  }

  /// One number for each channel, or one for all.
  private static func numbers(_ node: ConfigurationNode, in range: ClosedRange<Double>) throws -> [Double] {
    let numbers = try (try? node.list())?.map { try $0.number(in: range) } ?? [node.number(in: range)]
    guard [1, 3].contains(numbers.count) else {
      throw node.error(
        "\(node.path) has \(numbers.count.counted("number")); it must have 3, or 1 for all channels")
    }
    return numbers
  }
}
