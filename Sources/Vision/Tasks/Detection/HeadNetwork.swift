/// What is known of a network when its head is looked for.
struct HeadNetwork: Sendable {
  /// Of one item.
  var outputs: [TensorDescription]
  /// The network's input, pixels; `nil` where it is free.
  var height: Int?
  var width: Int?
  /// Names of classes that are known; 0 if none are.
  var labels = 0
  /// What its exporter says of its task, such as `pose`.
  var task: String?
  /// How many key points an object has, and numbers of each, two or three.
  var keypoints: (count: Int, numbers: Int)?
  /// Whether the head is stated by its name, so that shapes that others have, too, are enough.
  var isStated = false

  /// The extents of an output, without ones in front of the last `rank`; `nil` where it hasn't that many.
  func extents(_ output: Int?, rank: Int) -> [Int?]? {
    guard let output, outputs.indices.contains(output) else { return nil }
    var shape = outputs[output].shape[...]
    while shape.count > rank, shape.first == .some(1) { shape.removeFirst() }
    return shape.count == rank ? Array(shape) : nil
  }

  /// The output of a name, without what TensorFlow puts behind a colon.
  func output(named name: String) -> Int? {
    outputs.firstIndex { $0.name == name || $0.name.hasPrefix(name + ":") }
  }

  /// The first output whose name has a word in it.
  func output(with word: String) -> Int? { outputs.firstIndex { $0.name.lowercased().contains(word) } }

  /// The only output of a rank.
  func output(rank: Int) -> Int? {
    let fitting = outputs.indices.filter { extents($0, rank: rank) != nil }
    return fitting.count == 1 ? fitting[0] : nil
  }

  /// Whether key points may be behind the classes: one class is usual, others have to be stated.
  var mayHaveKeypoints: Bool { isStated || keypoints != nil || task == "pose" || labels <= 1 }

  func isTask(_ name: String) -> Bool { task == nil || task == name }

  func hasClasses(_ classes: Int) -> Bool { classes > 0 && (labels == 0 || labels == classes) }

  /// Whether so many boxes may be of a YOLO head with some at each cell of three or four grids of an input whose sides are
  /// multiples of the coarsest cell.
  func mayBeGrid(_ count: Int?, boxesPerCell: Int) -> Bool {
    guard let count, !isStated else { return true }
    return [21, 85].contains { count.isMultiple(of: $0 * boxesPerCell) }
  }
}

extension NetworkOutputs {
  /// The numbers of an output that has `columns` of them in a row.
  ///
  /// - Throws: `OutputError` where it has others.
  func rows(
    _ output: Int, of columns: Int, _ name: String
  ) throws -> (numbers: UnsafeMutableBufferPointer<Float>, count: Int) {
    let numbers = try floats(output, name)
    guard numbers.count.isMultiple(of: columns), numbers.isEmpty || shape(output).last == columns else {
      throw OutputError.wrongShape(name, shape(output), expected: "rows of \(columns)")
    }
    return (numbers, numbers.count / columns)
  }

  /// The numbers of an output.
  ///
  /// - Throws: `OutputError` where it isn't of floating-point numbers.
  func floats(_ output: Int, _ name: String) throws -> UnsafeMutableBufferPointer<Float> {
    guard tensors.indices.contains(output), tensors[output].element == .float32 else {
      throw OutputError("the network's output '\(name)' has no floating-point numbers")
    }
    return numbers(output)
  }

  /// Whole numbers of an output of any type, such as classes.
  ///
  /// - Throws: `OutputError` where one is no whole number from 0 to 2³¹ − 1.
  func integers(_ output: Int, _ name: String) throws -> [Int] {
    func checked(_ number: some BinaryInteger) throws -> Int {
      guard let number = Int32(exactly: number), number >= 0 else {
        throw OutputError.wrongClass(name, number)
      }
      return Int(number)
    }
    let bytes = UnsafeRawBufferPointer(bytes(output))
    switch tensors[output].element {
    case .float32:
      return try floats(output, name).map { number in
        guard number.isFinite, abs(number) < 1e9 else { throw OutputError.notFinite(name) }
        return try checked(Int(number))
      }
    case .int64: return try bytes.bindMemory(to: Int64.self).map { try checked($0) }
    case .int32: return try bytes.bindMemory(to: Int32.self).map { try checked($0) }
    case .int16: return try bytes.bindMemory(to: Int16.self).map { try checked($0) }
    case .int8: return try bytes.bindMemory(to: Int8.self).map { try checked($0) }
    case .uint64: return try bytes.bindMemory(to: UInt64.self).map { try checked($0) }
    case .uint32: return try bytes.bindMemory(to: UInt32.self).map { try checked($0) }
    case .uint16: return bytes.bindMemory(to: UInt16.self).map { Int($0) }
    case .uint8, .bool: return bytes.map { Int($0) }
    case .float16, .float64: throw OutputError("the network's output '\(name)' was not converted")
    }
  }

  /// Where the image lies in the network's input.
  ///
  /// - Throws: `OutputError` where that isn't known.
  func knownFrame() throws -> InputFrame {
    guard let frame else { throw OutputError("where the image lies in the network's input isn't known") }
    return frame
  }
}
