/// timm's `config.json` with its `pretrained_cfg`.
enum TimmExport: EvidenceReader {
  static func read(_ export: ModelExport) throws -> Evidence? {
    guard let config = export.config, let trained = config.object("pretrained_cfg") else { return nil }
    var evidence = Evidence(exporter: "timm")
    let classes =
      try config.integer("num_classes", in: 0...1_000_000)
      ?? trained.integer("num_classes", in: 0...1_000_000)
    evidence.task = Fact(classes == 0 ? .embedding : .classification, .pretrained)
    evidence.taskPlace = Evidence.Place(file: config.path, key: "num_classes")
    for (file, key) in [(config, "label_names"), (trained, "label_names")] where evidence.labels == nil {
      evidence.labelPlace = Evidence.Place(file: config.path, key: key)
      evidence.labels = try file.texts(key).map { Fact($0, .config) }
    }
    if evidence.labels == nil, let names = try config.numberedNames("id2label") {
      evidence.labels = Fact(names, .config)
      evidence.labelPlace.key = "id2label"
    }
    evidence.facts = try facts(trained)
    evidence.habits = .crop
    return evidence
  }

  private static func facts(_ trained: JSONFile) throws -> Facts {
    var facts = Facts()
    func fact<Value: Sendable>(_ value: Value) -> Fact<Value> { Fact(value, .pretrained) }
    if let input = try trained.numbers("input_size") {
      let sides = input.compactMap { Int(exactly: $0) }
      guard sides.count == 3, input.count == 3, [1, 3].contains(sides[0]),
        sides.dropFirst().allSatisfy((1...ImageInput.maximumSide).contains)
      else { throw trained.error("input_size", "must be channels, height and width, such as [3, 224, 224]") }
      facts.size = fact(Facts.Size(height: sides[1], width: sides[2]))
    }
    let part = try trained.number("crop_pct", in: 0.1...1) ?? 0.875
    switch try trained.text("crop_mode") ?? "center" {
    case "squash" where part == 1: facts.fit = fact(.stretch)
    case "center":
      facts.fit = fact(.crop)
      // timm cuts the fraction off.
      if let size = facts.size?.value {
        facts.shortSide = fact(Int(Double(min(size.height, size.width)) / part))
      }
    case let mode:
      throw trained.error(
        "crop_mode",
        "is '\(mode)'\(mode == "squash" ? " with a crop_pct below 1" : ""), which isn't supported; state another: --set fit=stretch"
      )
    }
    switch try trained.text("interpolation") {
    case nil: break
    case let name?:
      guard let filter = DescribedFilter(rawValue: name) else {
        throw trained.error(
          "interpolation", "is '\(name)', which isn't supported; state another: --set filter=bicubic")
      }
      facts.filter = fact(filter)
    }
    if let (mean, deviation) = try ChannelStatistics.read(trained, "mean", "std") {
      facts.normalise(mean.map { $0 * 255 }, deviation.map { $0 * 255 }, .pretrained)
    }
    return facts
  }
}

/// Means and deviations of channels, as exporters write them.
enum ChannelStatistics {
  /// - Returns: `nil` where neither is given.
  static func read(
    _ file: JSONFile, _ meanKey: String, _ deviationKey: String
  ) throws -> (mean: [Double], deviation: [Double])? {
    guard let mean = try file.numbers(meanKey), let deviation = try file.numbers(deviationKey) else {
      guard !file.has(meanKey), !file.has(deviationKey) else {
        throw file.error(
          file.has(meanKey) ? deviationKey : meanKey,
          "is missing beside '\(file.has(meanKey) ? meanKey : deviationKey)'")
      }
      return nil
    }
    for (key, numbers) in [(meanKey, mean), (deviationKey, deviation)] {
      guard [1, 3].contains(numbers.count), numbers.allSatisfy({ abs($0) <= 1e6 }) else {
        throw file.error(
          key, "has \(numbers.count) numbers; it must have one for each of 3 channels, or of 1")
      }
    }
    guard mean.count == deviation.count else {
      throw file.error(deviationKey, "has \(deviation.count) numbers, and '\(meanKey)' has \(mean.count)")
    }
    guard deviation.allSatisfy({ $0 >= 1e-6 }) else {
      throw file.error(deviationKey, "must be above 0, not \(deviation)")
    }
    return (mean, deviation)
  }
}
