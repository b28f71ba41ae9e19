/// Writes metrics as text: Prometheus' format 0.0.4, or OpenMetrics 1.0.
struct MetricsText {
  enum Format: Sendable {
    case prometheus, openMetrics

    /// The best format that a scraper accepts.
    init(accept: String?) {
      self = accept?.contains("application/openmetrics-text") == true ? .openMetrics : .prometheus
    }

    var contentType: String {
      switch self {
      case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
      case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
      }
    }
  }

  enum Kind: String {
    case counter, gauge, histogram
  }

  typealias Labels = KeyValuePairs<String, String>

  private let format: Format
  private(set) var text = ""
  private var family = ""

  init(_ format: Format) {
    self.format = format
    text.reserveCapacity(1 << 15)
  }

  /// Begins a family, whose samples follow. A counter's name ends in `_total`, as its samples' do.
  mutating func family(_ name: String, _ kind: Kind, _ help: String) {
    family = name
    let hasSuffix = kind == .counter && format == .openMetrics
    let described = hasSuffix ? String(name.dropLast("_total".utf8.count)) : name
    text += "# HELP \(described) \(Self.escaped(help))\n# TYPE \(described) \(kind.rawValue)\n"
  }

  mutating func sample(_ value: UInt64) { sample([:], value) }

  mutating func sample(_ value: Double) { sample([:], value) }

  mutating func sample(_ labels: Labels, _ value: UInt64) { line("", labels, String(value)) }

  mutating func sample(_ labels: Labels, _ value: Double) {
    // JSON and Swift write numbers like Prometheus, except for these.
    line("", labels, value.isNaN ? "NaN" : value.isInfinite ? (value > 0 ? "+Inf" : "-Inf") : String(value))
  }

  /// - Parameter unit: the number of the histogram's units in one of the metric's.
  mutating func sample(_ labels: Labels, _ histogram: Histogram, unit: Double = 1) {
    var count: UInt64 = 0
    for (bound, more) in zip(histogram.bounds, histogram.counts) {
      count += more
      line("_bucket", labels, String(count), bound: String(Double(bound) / unit))
    }
    count += histogram.counts.last ?? 0
    line("_bucket", labels, String(count), bound: "+Inf")
    line("_sum", labels, String(Double(histogram.sum) / unit))
    line("_count", labels, String(count))
  }

  mutating func end() {
    if format == .openMetrics { text += "# EOF\n" }
  }

  private mutating func line(_ suffix: String, _ labels: Labels, _ value: String, bound: String? = nil) {
    text += family
    text += suffix
    if !labels.isEmpty || bound != nil {
      text += "{"
      var needsComma = false
      for (name, value) in labels {
        if needsComma { text += "," }
        needsComma = true
        text += name
        text += "=\""
        text += Self.escaped(value, quote: true)
        text += "\""
      }
      if let bound { text += "\(needsComma ? "," : "")le=\"\(bound)\"" }
      text += "}"
    }
    text += " "
    text += value
    text += "\n"
  }

  /// Escapes a label, which may be an outside name.
  private static func escaped(_ text: String, quote: Bool = false) -> String {
    let isPlain = text.utf8.allSatisfy {
      $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\"")
    }
    if isPlain { return text }
    return text.unicodeScalars.reduce(into: "") { escaped, scalar in
      switch scalar {
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      case "\"" where quote: escaped += "\\\""
      default: escaped.unicodeScalars.append(scalar)
      }
    }
  }
}
