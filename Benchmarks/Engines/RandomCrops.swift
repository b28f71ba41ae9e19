import Foundation
import Kernels
import TestSupport
import Vision

/// Squares of the photographs, anywhere and of any size from a quarter of the short side on, resized to 224 pixels;
/// always the same ones.
struct RandomCrops {
  let tensors: [Tensor]

  private static let photographs = [
    "astronaut.png", "chelsea.png", "china.jpg", "coffee.png", "flower.jpg", "grace_hopper.jpg", "rocket.jpg",
  ]

  init(count: Int, normalisation: Normalisation) throws {
    let pool = PixelPool()
    let (decoder, resizer) = (
      ImageDecoder(pool: pool), ImageResizer(geometry: CropGeometry(shortSide: 224, crop: 224), pool: pool)
    )
    let images = try Self.photographs.map { name in
      try Repository.image(name).withUnsafeBytes {
        try decoder.decode($0, header: ImageHeader(parsing: $0), for: nil)
      }
    }
    var generator = SeededGenerator(seed: 300)
    tensors = try (0..<count).map { index in
      let image = images[index % images.count]
      let short = min(image.width, image.height)
      let side = Int.random(in: short / 4...short, using: &generator)
      let x = Int.random(in: 0...image.width - side, using: &generator)
      let y = Int.random(in: 0...image.height - side, using: &generator)
      let crop = try pool.buffer(width: side, height: side)
      for row in 0..<side {
        let source = image.mutablePixels + (y + row) * image.rowBytes + 3 * x
        (crop.mutablePixels + row * crop.rowBytes).update(from: source, count: crop.rowBytes)
      }
      let tensor = try Tensor(shape: [1, 3, 224, 224])
      guard let destination = tensor.data.baseAddress else { return tensor }
      normalisation.write(try resizer.resize(crop), to: destination)
      return tensor
    }
  }
}
