/// Decides how images are prepared, from what is said and from what such networks usually want, and says where each part was read.
struct PreprocessingResolver {
  private let path: String
  private let input: ImageInput
  private let habits: Habits
  private let facts: Facts
  /// In the order of the description.
  private(set) var sources: [(key: String, source: FactSource)] = []

  init(path: String, input: ImageInput, habits: Habits, facts: Facts) {
    self.path = path
    self.input = input
    self.habits = habits
    self.facts = facts
  }

  /// - Throws: `DescriptionError` for what nothing tells, and for what contradicts the graph.
  mutating func resolve() throws(DescriptionError) -> ModelDescription.Preprocessing {
    let fit = fit
    let size = try size(fit.value)
    let filter = facts.filter ?? Fact(.bilinear, .assumed)
    let antialias = facts.antialias ?? Fact(habits.antialias, .assumed)
    let channels = try channels()
    let (mean, deviation) = try statistics(channels.value)
    sources = [("fit", fit.source), ("size", size.source)]
    var result = ModelDescription.Preprocessing(
      fit: fit.value, height: size.value?.height, width: size.value?.width, filter: filter.value,
      antialias: antialias.value, channels: channels.value, mean: mean.value, deviation: deviation.value)
    switch fit.value {
    case .crop: result.shortSide = try shortSide(size.value)
    case .shortSide:
      result.shortSide = facts.shortSide?.value ?? habits.openSides.first
      result.longest = facts.longest?.value ?? (facts.shortSide == nil ? habits.openSides.last : nil)
    case .multiple: result.multiple = facts.multiple?.value ?? 1
    case .letterbox:
      let pad = facts.pad ?? Fact(habits.pad.isEmpty ? [114, 114, 114] : habits.pad, .assumed)
      result.pad = pad.value
      sources.append(("pad", pad.source))
    case .stretch: break
    }
    guard antialias.value || filter.value == .bilinear else {
      throw DescriptionError.refused(
        file: path, key: "antialias", reason: "is false, which is done for the bilinear filter only")
    }
    sources += [
      ("filter", filter.source), ("antialias", antialias.source), ("channels", channels.source),
      ("mean", mean.source), ("std", deviation.source),
    ]
    return result
  }

  private var fit: Fact<DescribedFit> {
    if let fit = facts.fit { return fit }
    if facts.multiple != nil { return Fact(.multiple, .assumed) }
    if facts.longest != nil { return Fact(.shortSide, .assumed) }
    let size = facts.size?.value ?? input.size
    if size == nil, !habits.openSides.isEmpty { return Fact(.shortSide, .assumed) }
    // Squares alone are cut out.
    if habits.fit == .crop, let size, size.height != size.width { return Fact(.stretch, .assumed) }
    return Fact(habits.fit, .assumed)
  }

  private func size(_ fit: DescribedFit) throws(DescriptionError) -> Fact<Facts.Size?> {
    guard fit != .shortSide else {
      if input.height != nil || input.width != nil { throw fixedSize(fit) }
      guard let side = facts.shortSide ?? habits.openSides.first.map({ Fact($0, .assumed) }) else {
        throw unknown(["short_side", "longest"], "the length of an image's shorter side")
      }
      return Fact(nil, side.source)
    }
    if fit == .multiple, input.height != nil || input.width != nil { throw fixedSize(fit) }
    if let size = facts.size {
      for (stated, given) in [(size.value.height, input.height), (size.value.width, input.width)] {
        guard given ?? stated == stated else {
          throw .refused(
            file: place(of: size.source), key: size.source == .metadata ? "imgsz" : "size",
            reason:
              "is \(size.value.height) × \(size.value.width), but the graph's input '\(input.name)' is \(input.height.map(String.init) ?? "?") × \(input.width.map(String.init) ?? "?")"
          )
        }
      }
      return Fact(size.value, size.source)
    }
    if let size = input.size { return Fact(size, .graph) }
    guard let side = habits.side else { throw unknown(["size"], "the size of its input") }
    // One side may be fixed.
    return Fact(Facts.Size(height: input.height ?? side, width: input.width ?? side), .assumed)
  }

  /// The file that said a size, for messages.
  private func place(of source: FactSource) -> String {
    switch source {
    case .processor, .config: "\(path): \(source.rawValue)"
    case .pretrained: "\(path): config.json"
    case .stated: "--set"
    default: path
    }
  }

  private func fixedSize(_ fit: DescribedFit) -> DescriptionError {
    .mustState(
      path: path, keys: ["fit"],
      reason:
        "images keep their proportions by fit '\(fit.rawValue)', but the graph's input '\(input.name)' has a fixed size"
    )
  }

  private func unknown(_ keys: [String], _ what: String) -> DescriptionError {
    .mustState(path: path, keys: keys, reason: "nothing tells \(what)")
  }

  private func shortSide(_ size: Facts.Size?) throws(DescriptionError) -> Int? {
    guard let size else { return nil }
    guard size.height == size.width else {
      throw .refused(
        file: path, key: "fit",
        reason:
          "is 'crop' to \(size.height) × \(size.width), and only squares are cut out; state another: --set fit=stretch"
      )
    }
    // Exporters cut the fraction off.
    let side = facts.shortSide?.value ?? Int(Double(size.height) / habits.cropShare)
    guard side >= size.height else {
      throw .refused(
        file: path, key: "short_side", reason: "is \(side), less than the crop of \(size.height)")
    }
    return side
  }

  private func channels() throws(DescriptionError) -> Fact<Normalisation.ChannelOrder> {
    if let channels = facts.channels {
      guard input.channels.map({ ($0 == 1) == (channels.value == .grey) }) ?? true else {
        throw .refused(
          file: path, key: "channels",
          reason:
            "is \(channels.value.rawValue), but the graph's input '\(input.name)' has \(input.channels ?? 3)")
      }
      return channels
    }
    if input.isGrey { return Fact(.grey, .graph) }
    return Fact(habits.isBGR ? .bgr : .rgb, .assumed)
  }

  private func statistics(
    _ channels: Normalisation.ChannelOrder
  ) throws(DescriptionError) -> (mean: Fact<[Double]>, deviation: Fact<[Double]>) {
    let count = channels == .grey ? 1 : 3
    func all(_ value: Double, _ source: FactSource) -> Fact<[Double]> {
      Fact(Array(repeating: value, count: count), source)
    }
    var mean = facts.mean
    var deviation = facts.deviation
    if input.element == .uint8 {
      // Bytes are pixels as they are.
      mean = mean ?? all(0, .graph)
      deviation = deviation ?? all(1, .graph)
    }
    if let usual = habits.mean, let usualDeviation = habits.deviation {
      mean = mean ?? all(usual, .assumed)
      deviation = deviation ?? all(usualDeviation, .assumed)
    }
    // A Hugging Face export without its files may have been normalised in any way, and so TensorFlow's.
    let isUsual = input.layout == .nchw && input.name != "pixel_values"
    if count == 3, habits.isAlwaysNormal || isUsual {
      mean = mean ?? Fact([123.675, 116.28, 103.53], .assumed)
      deviation = deviation ?? Fact([58.395, 57.12, 57.375], .assumed)
    }
    guard let mean, let deviation else {
      let keys = [mean == nil ? "mean" : nil, deviation == nil ? "std" : nil].compactMap { $0 }
      throw unknown(keys, "how pixels become the numbers of '\(input.name)', in pixel values from 0 to 255")
    }
    return (try spread(mean, count, "mean"), try spread(deviation, count, "std"))
  }

  private func spread(
    _ fact: Fact<[Double]>, _ count: Int, _ key: String
  ) throws(DescriptionError) -> Fact<[Double]> {
    if fact.value.count == 1 { return Fact(Array(repeating: fact.value[0], count: count), fact.source) }
    guard fact.value.count == count else {
      throw .refused(
        file: place(of: fact.source), key: key,
        reason:
          "has \(fact.value.count) numbers, but the graph's input '\(input.name)' has \(count == 1 ? "1 channel" : "\(count) channels")"
      )
    }
    return fact
  }
}
