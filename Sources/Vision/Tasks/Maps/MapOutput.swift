import Basics
import Dataflow

/// The size of a map that a pipeline gives.
enum MapSize: String, Sendable, CaseIterable {
  /// The photograph's.
  case image
  /// That of the network's output, its margins included.
  case network
}

/// Which of a network's outputs is a map, and how it lies in memory.
struct MapOutput: Sendable {
  let output: Int
  let name: String
  /// Numbers of a place; `nil` where the network gives one number without a dimension for it.
  let channels: Int?
  /// Whether a place's numbers lie together.
  let isLast: Bool
  /// The least side that a map has.
  private static let leastSide = 8

  /// - Parameters:
  ///   - labels: names of classes; 0 if none are known.
  ///   - isLast: what the pipeline's file states of the layout.
  /// - Returns: `nil` of an output that is no map; both layouts where either may be meant.
  static func reading(
    _ tensor: TensorDescription, at output: Int, labels: Int, isLast: Bool?
  ) -> [MapOutput] {
    var shape = tensor.shape
    while shape.count > 3, shape.first == .some(1) { shape.removeFirst() }
    func make(_ channels: Int?, _ isLast: Bool) -> MapOutput {
      MapOutput(output: output, name: tensor.name, channels: channels, isLast: isLast)
    }
    func mayBeSides(_ sides: ArraySlice<Int?>) -> Bool { sides.allSatisfy { $0 ?? leastSide >= leastSide } }
    guard shape.count == 3 else {
      return shape.count == 2 && mayBeSides(shape[...]) ? [make(nil, false)] : []
    }
    var readings: [MapOutput] = []
    if let first = shape[0], mayBeSides(shape[1...]) { readings.append(make(first, false)) }
    if let last = shape[2], mayBeSides(shape[..<2]) { readings.append(make(last, true)) }
    if let isLast { return readings.filter { $0.isLast == isLast } }
    // A single plane, or as many as there are names, says which; else there are fewer classes than pixels along a side.
    let ones = readings.filter { $0.channels == 1 }
    let named = readings.filter { labels > 1 && $0.channels == labels }
    if ones.count == 1 { return ones }
    if named.count == 1 { return named }
    let fewest = readings.compactMap(\.channels).min()
    return readings.filter { $0.channels == fewest }
  }

  /// The stated output, or the first that is a map.
  ///
  /// - Throws: `ConfigurationError` where there is none, or where its layout isn't clear.
  static func find(
    _ parameters: StageParameters, labels: Int, where fits: (TensorDescription, MapOutput) -> Bool,
    _ wanted: String
  ) throws -> MapOutput {
    let outputs = parameters.inputTypes.first?.networkOutputs ?? []
    let given = outputs.named
    let name = try parameters.values["output"]?.string()
    if let name, !outputs.contains(where: { $0.name == name }), let node = parameters.values["output"] {
      throw node.error("\(node.path) is '\(name)', but the network gives \(given)")
    }
    let layout: ChannelLayout? = try parameters.values["layout"]?.choice()
    for (index, output) in outputs.enumerated() where name == nil || output.name == name {
      let readings = reading(output, at: index, labels: labels, isLast: layout.map { $0 == .nhwc })
        .filter { fits(output, $0) }
      guard let first = readings.first else { continue }
      guard readings.count == 1 else {
        throw parameters.node.error(
          "\(parameters.node.path): '\(output.name)' \(output) may have its channels first or last; say which with 'layout: nchw' or 'layout: nhwc'"
        )
      }
      return first
    }
    throw parameters.node.error("\(parameters.node.path) needs \(wanted), and the network gives \(given)")
  }

  /// The height and width of the map that a network gave.
  ///
  /// - Throws: `OutputError` where it isn't of the shape that it was loaded with.
  func sides(_ outputs: NetworkOutputs) throws -> (height: Int, width: Int) {
    var shape = outputs.shape(output)[...]
    let rank = channels == nil ? 2 : 3
    while shape.count > rank, shape.first == 1 { shape.removeFirst() }
    let extents = Array(shape)
    guard extents.count == rank, channels == nil || extents[isLast ? 2 : 0] == channels else {
      throw OutputError.wrongShape(
        name, outputs.shape(output), expected: channels.map { "a map of \($0.counted("channel"))" } ?? "a map"
      )
    }
    let sides = channels == nil ? extents : isLast ? Array(extents[..<2]) : Array(extents[1...])
    guard sides[0] > 0, sides[1] > 0 else {
      throw OutputError.wrongShape(name, outputs.shape(output), expected: "a map with pixels")
    }
    return (sides[0], sides[1])
  }

  /// The planes of the map that a network gave, all of them finite.
  ///
  /// - Throws: `OutputError`.
  func planes(_ outputs: NetworkOutputs) throws -> MapPlanes {
    let (height, width) = try sides(outputs)
    guard let base = try outputs.floats(output, name).baseAddress else {
      throw OutputError("'\(name)' is empty")
    }
    let planes = MapPlanes(
      UnsafePointer(base), count: channels ?? 1, height: height, width: width, isLast: isLast)
    guard planes.areFinite else { throw OutputError.notFinite(name) }
    return planes
  }
}

/// Whether channels are before or behind the sides.
enum ChannelLayout: String, CaseIterable { case nchw, nhwc }
