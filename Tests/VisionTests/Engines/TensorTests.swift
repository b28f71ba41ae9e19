import Testing

@testable import Vision

@Suite struct TensorTests {
  @Test func slotsPartTheTensor() {
    let tensor = Tensor(shape: [3, 2, 2])
    for index in tensor.data.indices { tensor.data[index] = Float(index) }
    #expect((0..<3).flatMap { Array(tensor.slot($0)) } == (0..<12).map(Float.init))
    #expect(Int(bitPattern: tensor.data.baseAddress) % 64 == 0)
  }

  @Test func poolUsesMemoryAgain() {
    let pool = TensorPool(shape: [1, 8], keeping: 1)
    let first = Int(bitPattern: pool.take().data.baseAddress)
    #expect(Int(bitPattern: pool.take().data.baseAddress) == first)
    let (one, other) = (pool.take(), pool.take())
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
}
