import Testing

@testable import Vision

@Suite struct TensorTests {
  @Test func slotsPartTheTensor() throws {
    let tensor = try Tensor(shape: [3, 2, 2])
    for index in tensor.data.indices { tensor.data[index] = Float(index) }
    #expect((0..<3).flatMap { Array(tensor.slot($0)) } == (0..<12).map(Float.init))
    #expect(Int(bitPattern: tensor.data.baseAddress) % 64 == 0)
  }

  @Test func poolUsesMemoryAgain() throws {
    let pool = TensorPool(shape: [1, 8], keeping: 1)
    let first = try Int(bitPattern: pool.take().data.baseAddress)
    #expect(try Int(bitPattern: pool.take().data.baseAddress) == first)
    let (one, other) = try (pool.take(), pool.take())
    #expect(one.data.baseAddress != other.data.baseAddress)
  }

  @Test func batchShapes() {
    func shape(_ extents: [Int?]) -> [Int]? {
      TensorDescription(name: "x", element: .float32, shape: extents).shape(batch: 4)
    }
    #expect(shape([nil, 3, 8]) == [4, 3, 8])
    #expect(shape([nil, 3, nil]) == nil)
    #expect(shape([]) == nil)
  }

  /// Sizes that no memory has, or that no number counts, are refused, not believed.
  @Test(arguments: [
    [1 << 62], [1 << 20, 1 << 20, 1 << 30], [Int.max, Int.max], [1 << 45], [-1, 4], [0, -1],
  ])
  func sizesAreNotBelieved(shape: [Int]) {
    #expect(throws: EngineError.self) { try Tensor(.float64, shape: shape) }
  }

  @Test func emptyTensorsAndScalars() throws {
    #expect(try Tensor(shape: [0, 1 << 40]).bytes.isEmpty)
    #expect(try Tensor(.int64, shape: []).bytes.count == 8)
    #expect(try Tensor(.uint8, shape: [4, 0, 6]).slotBytes(2).isEmpty)
  }

  @Test func symbolsGiveShapes() throws {
    let x = TensorDescription(name: "x", element: .float32, shape: [nil, 3, nil], symbols: ["N", nil, "W"])
    let y = TensorDescription(name: "y", element: .float32, shape: [nil, nil], symbols: ["W", "N"])
    let z = TensorDescription(name: "z", element: .float32, shape: [nil], symbols: ["K"])
    let values = try SymbolValues([x], [[5, 3, 7]])
    #expect(values.shape(of: y) == [7, 5] && values.shape(of: z) == nil)
    #expect(throws: EngineError.self) { try SymbolValues([x, y], [[5, 3, 7], [7, 4]]) }
    #expect([x].batchSymbol == "N" && [x, y].batchSymbol == nil)
  }
}
