import Basics
import Dataflow

extension StageKind {
  /// A network's map → the depth of each pixel.
  ///
  /// Keys: `kind` (`relative`, larger is nearer, or `metric`, metres; relative), `output` (which of several; the first that is
  /// a map), `layout` (`nchw`, `nhwc`; found out by the extents), `output_size` (`image`, without a letterbox's margins, or
  /// `network`), `filter` (by which the map is resized: `bilinear` or `bicubic`; bilinear).
  static let depth = StageKind("depth", keys: ["kind", "output", "layout", "output_size", "filter"]) {
    parameters in
    let map = try MapOutput.find(
      parameters, labels: 0,
      where: { tensor, reading in (tensor.element?.isFloating ?? false) && reading.channels ?? 1 == 1 },
      "an output of one number for each pixel, [height, width] or [1, height, width]")
    var settings = DepthSettings(map: map)
    settings.kind = try parameters.values["kind"]?.choice() ?? .relative
    settings.size = try parameters.values["output_size"]?.choice() ?? .image
    settings.filter = try parameters.values["filter"]?.choice() ?? .bilinear
    return Stage.depth(settings, name: parameters.name)
  }
}

extension Stage {
  static func depth(_ settings: DepthSettings, name: String = "depth") -> Stage {
    Stage(
      name,
      inputs: [Port("outputs", .outputs())],
      outputs: [
        Port(
          "depth",
          PortType(Depth.self, name: Depth.portType.name, meaning: settings.size.rawValue))
      ],
      implementations: [
        .cpu { firing in firing.emit(try Depth(try firing.input(as: NetworkOutputs.self), settings)) }
      ],
      work: { _ in Work(input: Work.Traffic(bytes: 0), needsHost: true) })
  }
}
