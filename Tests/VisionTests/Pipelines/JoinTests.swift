import Basics
import Dataflow
import Foundation
import TestSupport
import Testing

@testable import Vision

/// Pipelines of several networks, the second for each object of the first.
@Suite struct JoinTests {
  private func output(_ pipeline: Pipeline, _ image: EncodedImage, batch: Int = 1) throws -> JoinedObjects {
    let result = try SequentialExecutor(pipeline.graph).process(image)
    return try #require(try pipeline.output(of: result) as? JoinedObjects)
  }

  private func embedding(_ joined: JoinedObjects) throws -> Embedding {
    try #require(joined.parts.first?.outputs.first as? Embedding)
  }

  /// The cosine above which SFace's authors take two faces for one person's.
  private static let samePerson = 0.363

  @Test func facesOfOnePersonAreAlike() throws {
    let pipeline = try Pipeline(Repository.path("Pipelines/embed-faces.yaml"))
    let hopper = try EncodedImage(Repository.image("grace_hopper.jpg"))
    let pixels = try hopper.data.withUnsafeBytes {
      try ImageDecoder().decode($0, header: hopper.header, for: nil)
    }
    let mirror = try JPEGEncoder.encode(pixels.flipped())
    let vectors = try [hopper, EncodedImage(mirror), EncodedImage(Repository.image("astronaut.png"))].map {
      image in
      let joined = try output(pipeline, image)
      #expect(joined.detections.objects.count == 1 && joined.parts.map(\.name) == ["embed"])
      return try embedding(joined)
    }
    #expect(vectors[0].vector.count == 128)
    #expect(vectors[0].cosine(vectors[1]) > 0.85)
    #expect(vectors[0].cosine(vectors[2]) < Self.samePerson)
  }

  @Test func noObjectsAreNoResults() throws {
    let pipeline = try Pipeline(Repository.path("Pipelines/embed-faces.yaml"))
    let joined = try output(pipeline, EncodedImage(Repository.image("coffee.png")))
    #expect(joined.detections.objects.isEmpty && joined.text == ["nothing"])
    let tensors = try pipeline.tensors([joined])
    #expect(tensors.map(\.name).contains("embed_vector") && tensors.allSatisfy { $0.shape.first == 0 })
  }

  /// Images of one, no and several objects share the batches of both networks.
  @Test func batchesKeepResultsApart() async throws {
    let pipeline = try Pipeline(Repository.path("Pipelines/embed-faces.yaml"))
    let images = try ["astronaut.png", "coffee.png", "grace_hopper.jpg", "china.jpg"].map {
      try EncodedImage(Repository.image($0))
    }
    let alone = try images.map { try output(pipeline, $0) }
    let plan = Plan([Placement(pipeline.graph.stages.map(\.name), batch: images.count)])
    let together = try SequentialExecutor(pipeline.graph, plan: plan).process(items: images.map { [$0] })
    for (result, expected) in zip(together, alone) {
      let joined = try #require(try pipeline.output(of: result) as? JoinedObjects)
      #expect(joined.detections.objects.count == expected.detections.objects.count)
      #expect(joined.agreement(with: expected) == 1)
    }
  }

  @Test func jsonHasTheResultInEachObject() throws {
    let pipeline = try Pipeline(Repository.path("Pipelines/embed-faces.yaml"))
    let joined = try output(pipeline, EncodedImage(Repository.image("astronaut.png")))
    var json = JSONText(capacity: 64)
    json.object { joined.write(to: &$0, key: "outputs") }
    let parsed = try JSONSerialization.jsonObject(with: Data(json.text.utf8)) as? [String: Any]
    let object = try #require((parsed?["outputs"] as? [[String: Any]])?.first)
    #expect(Set(object.keys) == ["label", "index", "score", "box", "keypoints", "embed"])
    #expect(((object["embed"] as? [String: Any])?["vector"] as? [Any])?.count == 128)
    #expect(json.text.utf8.count <= joined.maximumJSONBytes)
    let names = pipeline.signature.outputs.map(\.name)
    #expect(names == ["image", "label", "index", "score", "box", "keypoints", "embed_vector"])
  }

  @Test(arguments: [
    ("join: {from: [detect, embed]}", "join: {from: [embed, detect]}", "reads the objects of an image first"),
    ("join: {from: [detect, embed]}", "join:", "a result for each object"),
    ("join: {from: [detect, embed]}", "join: {from: [detect, crop, embed]}", "reads stages of tasks"),
    ("join: {from: [detect, embed]}", "join: {from: [detect, embad]}", "did you mean 'embed'"),
    ("join: {from: [detect, embed]}", "", "a result for each object"),
    ("from: [decode, detect]", "from: [decode]", "name with 'from' where each comes from"),
    ("from: [decode, detect]", "from: [detect, decode]", "detections"),
    ("align: five-points", "align: five", "five-points"),
    ("size: [112, 112]                        #", "size: [112] #", "a height and a width"),
    ("align: five-points", "align: five-points\n    margin: 0.2", "can't be beside 'align'"),
    ("name: embed-faces", "name: embed-faces\nedges: [decode -> fit]", "can't be beside 'edges'"),
  ])
  func refusesWhatCannotBeJoined(old: String, new: String, reason: String) throws {
    let folder = try TemporaryFolder()
    let text = try Repository.pipeline("embed-faces").replacing(old, with: new)
    let file = try folder.write(text.utf8, to: "faces.yaml")
    let error = #expect(throws: ConfigurationError.self) { try Pipeline(file) }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }

  /// A box with its margin, at the border of the photograph, and without any area.
  @Test func cutsBoxesOut() throws {
    let photograph = try PixelPool().buffer(width: 60, height: 40)
    for place in 0..<60 * 40 {
      for channel in 0..<3 { photograph.mutablePixels[3 * place + channel] = UInt8(place % 60) }
    }
    var settings = CropSettings(height: 8, width: 8)
    for (box, margin, first, last) in [
      (Box(x1: 10, y1: 10, x2: 18, y2: 18), 0, 10, 17), (Box(x1: 10, y1: 10, x2: 18, y2: 18), 0.5, 6, 21),
      (Box(x1: 50, y1: 30, x2: 60, y2: 40), 0.5, 45, 59), (Box(x1: 60, y1: 40, x2: 60, y2: 40), 0, 59, 59),
      (Box(x1: 0, y1: 0, x2: 0, y2: 0), 2, 0, 0),
    ] as [(Box, Float, UInt8, UInt8)] {
      settings.margin = margin
      let object = Detection(label: "", index: 0, score: 1, box: box, keypoints: nil, mask: nil)
      let result = try ObjectCropper(settings, pool: PixelPool()).crop(object, of: photograph)
      let pixels = result.withPixels { Array($0) }
      #expect(pixels.count == 3 * 64 && pixels.allSatisfy { (first...last).contains($0) }, "\(box)")
    }
  }

  @Test func similarityIsFound() throws {
    let points = [(1.0, 2.0), (5, 3), (4, 8), (-2, 6)]
    let turned = points.map { (x: 3 - 2 * $0.1, y: 2 * $0.0 - 7) }
    let way = try #require(Similarity(from: points.map { ($0.0, $0.1) }, to: turned))
    #expect(
      abs(way.a) < 1e-12 && abs(way.b - 2) < 1e-12 && abs(way.dx - 3) < 1e-12 && abs(way.dy + 7) < 1e-12)
    let back = way.inverse
    #expect(abs(back.a) < 1e-12 && abs(back.b + 0.5) < 1e-12)
    #expect(Similarity(from: [(1, 1), (1, 1)], to: [(0, 0), (1, 1)]) == nil)
    #expect(Similarity(from: [(1, 1)], to: [(0, 0)]) == nil)
  }
}

extension PixelBuffer {
  /// A copy, mirrored.
  fileprivate func flipped() throws -> PixelBuffer {
    let result = try PixelPool().buffer(width: width, height: height)
    for row in 0..<height {
      for column in 0..<width {
        for channel in 0..<3 {
          result.mutablePixels[row * rowBytes + 3 * (width - 1 - column) + channel] =
            mutablePixels[row * rowBytes + 3 * column + channel]
        }
      }
    }
    return result
  }
}

extension PipelineSignature {
  fileprivate var outputs: [OutputTensorDescription] {
    if case .image(let outputs) = self { outputs } else { [] }
  }
}
