import Basics

/// Hugging Face's `config.json`, and its `preprocessor_config.json`.
enum HuggingFaceExport: EvidenceReader {
  static func read(_ export: ModelExport) throws -> Evidence? {
    guard let config = export.config, config.has("architectures") || config.has("model_type") else {
      return nil
    }
    var evidence = Evidence(exporter: "Hugging Face")
    let architecture = try config.texts("architectures")?.first
    if let architecture {
      evidence.taskPlace = Evidence.Place(file: config.path, key: "architectures")
      evidence.task = Fact(try task(of: architecture, config), .config)
      evidence.headSource = .config
    }
    if let names = try config.numberedNames("id2label") {
      evidence.labels = Fact(names, .config)
      evidence.labelPlace = Evidence.Place(file: config.path, key: "id2label")
    }
    if let processor = export.processor { evidence.facts = try HuggingFaceProcessor.facts(processor) }
    if try evidence.facts.size == nil && evidence.facts.shortSide == nil {
      if let side = try? config.integer("image_size", in: 1...ImageInput.maximumSide) {
        evidence.facts.size = Fact(Facts.Size(height: side, width: side), .config)
      }
    }
    let isMetric = try config.text("depth_estimation_type") == "metric"
    let isSoftmax = ["detr", "yolos", "table-transformer"].contains(try config.text("model_type") ?? "")
    let hasLabels = evidence.labels != nil
    evidence.choose = { matches in
      matches.compactMap { match in
        if match.task == .depth { return isMetric ? match.called("metric") : match }
        // Where the shapes leave it open, the kind of model tells.
        if match.head == "detr" || match.head == "rt-detr", matches.count > 1 || !hasLabels {
          return (match.head == "detr") == isSoftmax ? match : nil
        }
        return match
      }
    }
    return evidence
  }

  private static func task(of architecture: String, _ config: JSONFile) throws -> DescribedTask {
    let endings: [(ending: String, task: DescribedTask)] = [
      ("ForImageClassification", .classification), ("ForImageClassificationWithTeacher", .classification),
      ("ForObjectDetection", .detection), ("ForSemanticSegmentation", .segmentation),
      ("ForDepthEstimation", .depth), ("ModelWithProjection", .embedding), ("VisionModel", .embedding),
      ("Model", .embedding), ("Backbone", .embedding),
    ]
    guard let (_, task) = endings.first(where: { architecture.hasSuffix($0.ending) }) else {
      throw config.error("architectures", "is '\(architecture)', whose task isn't supported")
    }
    return task
  }
}

/// What Hugging Face's image processors do, by their `preprocessor_config.json`.
enum HuggingFaceProcessor {
  static func facts(_ file: JSONFile) throws -> Facts {
    var facts = Facts()
    let kind = try (file.text("image_processor_type") ?? file.text("feature_extractor_type") ?? "")
      .replacing("Fast", with: "").replacing("ImageProcessor", with: "").replacing(
        "FeatureExtractor", with: "")
    try normalise(file, &facts)
    if try file.flag("do_flip_channel_order") == true { facts.channels = fact(.bgr) }
    guard try file.flag("do_resize") ?? true else {
      try crop(file, shortSide: nil, &facts)
      return facts
    }
    facts.filter = fact(try filter(file, kind))
    try resize(file, kind, &facts)
    return facts
  }

  private static func fact<Value: Sendable>(_ value: Value) -> Fact<Value> { Fact(value, .processor) }

  private static func normalise(_ file: JSONFile, _ facts: inout Facts) throws {
    let statistics = try ChannelStatistics.read(file, "image_mean", "image_std")
    let rescales = try file.flag("do_rescale") ?? true
    let factor = try file.number("rescale_factor", in: 1e-6...1e6) ?? 1 / 255
    // (pixel · factor − offset − mean) / deviation
    let scale = rescales ? 1 / factor : 1
    let offset = try rescales && file.flag("rescale_offset") == true ? 1.0 : 0.0
    let isNormal = try file.flag("do_normalize") ?? (statistics != nil)
    guard isNormal else {
      let zeros = Array(repeating: offset * scale, count: 3)
      facts.normalise(zeros, Array(repeating: scale, count: 3), .processor)
      return
    }
    guard let (mean, deviation) = statistics else {
      throw file.error("image_mean", "is missing, though do_normalize is true")
    }
    facts.normalise(mean.map { ($0 + offset) * scale }, deviation.map { $0 * scale }, .processor)
  }

  /// Pillow's number of a filter, or what the kind of processor takes without one.
  private static func filter(_ file: JSONFile, _ kind: String) throws -> DescribedFilter {
    guard file.has("resample") else {
      return ["CLIP", "SigLIP", "Siglip", "Bit", "DPT", "DeiT", "Beit", "BlipImage", "Blip"].contains(kind)
        ? .bicubic : .bilinear
    }
    switch try file.integer("resample", in: 0...5) {
    case 2: return .bilinear
    case 3: return .bicubic
    default:
      throw file.error(
        "resample",
        "is a filter that isn't supported; 2 (bilinear) and 3 (bicubic) are: state one, --set filter=bicubic")
    }
  }

  private static func resize(_ file: JSONFile, _ kind: String, _ facts: inout Facts) throws {
    let sides = 1...ImageInput.maximumSide
    let square = file.object("size") == nil ? try file.integer("size", in: sides) : nil
    let size = file.object("size")
    let height = try size?.integer("height", in: sides)
    let width = try size?.integer("width", in: sides)
    let shortest = try size?.integer("shortest_edge", in: sides)
    let isQueries = ["Detr", "Yolos", "ConditionalDetr", "DeformableDetr"].contains(kind)
    let longest =
      try size?.integer("longest_edge", in: sides) ?? file.integer("max_size", in: sides)
      ?? (isQueries ? 1333 : nil)
    if let height, let width {
      try fixed(file, Facts.Size(height: height, width: width), &facts)
    } else if let side = shortest ?? square {
      if square != nil, shortest == nil, longest == nil, try file.flag("do_center_crop") != true,
        !kind.hasPrefix("ConvNext")
      {
        try fixed(file, Facts.Size(height: side, width: side), &facts)
      } else if kind.hasPrefix("ConvNext"), try file.flag("do_center_crop") == nil {
        try convNext(file, side, &facts)
      } else if try file.flag("do_center_crop") == true {
        try crop(file, shortSide: side, &facts)
      } else {
        (facts.fit, facts.shortSide) = (fact(.shortSide), fact(side))
        facts.longest = longest.map { fact($0) }
      }
    } else if file.has("size") {
      throw file.error("size", "is neither a height and a width nor a shortest edge")
    }
  }

  /// Both sides are given: stretched, cropped after that, or kept in proportion.
  private static func fixed(_ file: JSONFile, _ size: Facts.Size, _ facts: inout Facts) throws {
    let multiple = try file.integer("ensure_multiple_of", in: 1...1024) ?? 1
    facts.size = fact(size)
    if try file.flag("keep_aspect_ratio") == true {
      (facts.fit, facts.multiple) = (fact(.multiple), fact(multiple))
      return
    }
    guard multiple == 1 || (size.height % multiple == 0 && size.width % multiple == 0) else {
      throw file.error("ensure_multiple_of", "is \(multiple), and 'size' isn't a multiple of it")
    }
    if try file.flag("do_center_crop") == true, let crop = try cropSize(file), crop != size {
      throw file.error(
        "crop_size",
        "is not 'size'; a crop of a stretched image isn't supported: state another, --set fit=stretch size=…")
    }
    facts.fit = fact(.stretch)
  }

  /// ConvNeXt's: below 384 the crop is a part of the shorter side; from there on, the image is stretched.
  private static func convNext(_ file: JSONFile, _ side: Int, _ facts: inout Facts) throws {
    facts.size = fact(Facts.Size(height: side, width: side))
    guard side < 384 else {
      facts.fit = fact(.stretch)
      return
    }
    let part = try file.number("crop_pct", in: 0.1...1) ?? 0.875
    (facts.fit, facts.shortSide) = (fact(.crop), fact(Int(Double(side) / part)))
  }

  private static func crop(_ file: JSONFile, shortSide: Int?, _ facts: inout Facts) throws {
    guard let size = try cropSize(file) ?? shortSide.map({ Facts.Size(height: $0, width: $0) }) else {
      return
    }
    guard size.height == size.width else {
      throw file.error(
        "crop_size", "is no square, which isn't supported: state another, --set fit=stretch size=…")
    }
    guard let shortSide else { return }
    guard size.height <= shortSide else {
      throw file.error("crop_size", "is larger than the shorter side, \(shortSide)")
    }
    (facts.fit, facts.size, facts.shortSide) = (fact(.crop), fact(size), fact(shortSide))
  }

  private static func cropSize(_ file: JSONFile) throws -> Facts.Size? {
    let sides = 1...ImageInput.maximumSide
    guard let object = file.object("crop_size") else {
      return try file.integer("crop_size", in: sides).map { Facts.Size(height: $0, width: $0) }
    }
    if let side = try object.integer("shortest_edge", in: sides) {
      return Facts.Size(height: side, width: side)
    }
    guard let height = try object.integer("height", in: sides),
      let width = try object.integer("width", in: sides)
    else { throw file.error("crop_size", "must have a height and a width") }
    return Facts.Size(height: height, width: width)
  }
}
