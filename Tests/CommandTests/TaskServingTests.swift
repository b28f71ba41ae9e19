import Foundation
import TestSupport
import Testing
import Wire

/// Every task over the protocol, as Triton's client reads it, and as JSON.
@Suite struct TaskServingTests {
  /// Pipelines of small graphs, which find what is red, green and blue.
  private static let pipelines = [
    "found": """
    name: found
    stages:
      decode: {}
      resize: {size: [128, 128], fit: letterbox, antialias: false}
      normalise: {mean: [0, 0, 0], standard_deviation: [255, 255, 255]}
      infer: {model: GRAPHS/ultralytics/yolov8n.onnx}
      detect: {score: 0.25}
    """,
    "poses": """
    name: poses
    stages:
      decode: {}
      resize: {size: [128, 128], fit: letterbox, antialias: false}
      normalise: {mean: [0, 0, 0], standard_deviation: [255, 255, 255]}
      infer: {model: GRAPHS/ultralytics/yolov8n-pose.onnx}
      detect: {head: yolov8-pose, score: 0.25}
    """,
    "masks": """
    name: masks
    stages:
      decode: {}
      resize: {size: [128, 128], fit: letterbox, antialias: false}
      normalise: {mean: [0, 0, 0], standard_deviation: [255, 255, 255]}
      infer: {model: GRAPHS/ultralytics/yolov8n-seg.onnx}
      detect: {head: yolov8-segment, score: 0.25}
    """,
    "classes": """
    name: classes
    stages:
      decode: {}
      resize: {size: [32, 32]}
      normalise: {mean: [0, 0, 0], standard_deviation: [255, 255, 255], layout: nhwc}
      infer: {model: GRAPHS/tensorflow/mediapipe_selfie.onnx}
      segment: {}
    """,
    "depths": """
    name: depths
    stages:
      decode: {}
      resize: {size: [96, 96], antialias: false}
      normalise: {mean: [0, 0, 0], standard_deviation: [255, 255, 255]}
      infer: {model: GRAPHS/ultralytics/yolo26n-depth.onnx}
      depth: {kind: metric}
    """,
    "vectors": """
    name: vectors
    stages:
      decode: {}
      resize: {short_side: 64, crop: 64}
      normalise: {mean: [123.675, 116.28, 103.53], standard_deviation: [58.395, 57.12, 57.375]}
      infer: {model: GRAPHS/embedding/mobilenetv2.onnx}
      embed: {normalise: true}
    """,
  ]

  private func server(_ folder: TemporaryFolder) throws -> Server {
    let graphs = try Repository.path(".deps/graphs")
    let files = try Self.pipelines.sorted { $0.key < $1.key }.map { name, text in
      try folder.write(text.replacingOccurrences(of: "GRAPHS", with: graphs).utf8, to: "\(name).yaml")
    }
    return try Server(arguments: files)
  }

  @Test(arguments: ["http", "grpc"]) func tritonClient(wire: String) throws {
    let folder = try TemporaryFolder()
    let server = try server(folder)
    let port = wire == "http" ? server.port : try #require(server.grpcPort)
    let images = try ["small.jpg", "medium.jpg"].map { try Repository.path(".deps/images/\($0)") }
    let python = try ChildProcess(
      try Repository.path(".deps/python/bin/python"),
      ["-c", Self.script, wire, "127.0.0.1:\(port)"] + images)
    let code = try python.wait()
    #expect(code == 0 && python.standardOutput == "done\n", "\(python.standardError)")
    #expect(try server.terminate() == 0)
  }

  private static let script = """
    import sys
    import numpy as np
    from importlib import import_module
    wire, address, small, medium = sys.argv[1:]
    triton = import_module(f"tritonclient.{wire}")
    client = triton.InferenceServerClient(address)

    def infer(model, *paths):
        elements = [open(path, "rb").read() for path in paths]
        tensor = triton.InferInput("image", [len(elements), 1], "BYTES")
        tensor.set_data_from_numpy(np.array(elements, dtype=object).reshape(-1, 1))
        return client.infer(model, [tensor])

    def names(model):
        options = {} if wire == "http" else {"as_json": True}
        return [output["name"] for output in client.get_model_metadata(model, **options)["outputs"]]

    assert names("found") == ["image", "label", "index", "score", "box"], names("found")
    result = infer("found", small, medium)
    image, box = result.as_numpy("image"), result.as_numpy("box")
    assert set(image) == {0, 1} and box.shape == (len(image), 4) and box.dtype == np.float32
    assert (box[:, 2:] > box[:, :2]).all() and box[image == 0].max() <= 320 and box[image == 1].max() <= 500
    assert result.as_numpy("label").shape == result.as_numpy("score").shape == image.shape

    assert names("poses")[-1] == "keypoints"
    result = infer("poses", small)
    assert result.as_numpy("keypoints").shape == (len(result.as_numpy("image")), 17, 2)
    assert names("masks")[-1] == "mask"
    assert all(len(mask) > 0 for mask in infer("masks", small).as_numpy("mask"))

    result = infer("classes", small, small)
    assert result.as_numpy("map").shape == (2, 240, 320) and result.as_numpy("map").dtype == np.uint8
    share, image = result.as_numpy("share"), result.as_numpy("image")
    assert abs(share[image == 0].sum() - 1) < 1e-5 and abs(share[image == 1].sum() - 1) < 1e-5
    try:
        infer("classes", small, medium)
    except Exception as error:
        assert "output_size" in str(error), str(error)
    else:
        raise AssertionError("maps of different size in one tensor")

    depth = infer("depths", small).as_numpy("depth")
    assert depth.shape == (1, 240, 320) and depth.dtype == np.float32 and np.isfinite(depth).all()
    vector = infer("vectors", small, medium).as_numpy("vector")
    assert vector.shape == (2, 1280) and np.allclose(np.linalg.norm(vector, axis=1), 1, atol=1e-5)
    print("done")
    """

  /// The fields of each task, exactly.
  @Test func json() throws {
    let folder = try TemporaryFolder()
    let server = try server(folder)
    let image = try Repository.image("small.jpg")
    func output(_ model: String) throws -> Any {
      let response = try server.infer(image, model)
      #expect(response.status == 200)
      let object = try JSONSerialization.jsonObject(with: response.body) as? [String: Any]
      let items = try #require(object?["items"] as? [[String: Any]])
      return try #require(items[0]["outputs"])
    }
    func keys(_ value: Any?) -> Set<String> { Set((value as? [String: Any])?.keys.map { $0 } ?? []) }
    let found = try #require(output("found") as? [[String: Any]])
    #expect(keys(found[0]) == ["label", "index", "score", "box"])
    let poses = try #require(output("poses") as? [[String: Any]])
    #expect(keys(poses[0]) == ["label", "index", "score", "box", "keypoints"])
    #expect((poses[0]["keypoints"] as? [[Double]])?.count == 17)
    let masks = try #require(output("masks") as? [[String: Any]])
    #expect(keys(masks[0]) == ["label", "index", "score", "box", "mask"])
    let mask = try #require(masks[0]["mask"] as? [String: Any])
    #expect(mask["size"] as? [Int] == [240, 320] && mask["counts"] is String)
    let classes = try output("classes")
    #expect(keys(classes) == ["width", "height", "classes", "map"])
    let depths = try output("depths")
    #expect(keys(depths) == ["kind", "minimum", "maximum", "median", "map", "scale"])
    for map in [classes, depths] {
      let text = try #require((map as? [String: Any])?["map"] as? String)
      let data = try #require(Data(base64Encoded: text))
      #expect(data.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    }
    #expect(keys(try output("vectors")) == ["vector"])
  }

  /// Headers say how large maps become: what fits no tensor is refused before any work.
  @Test func mapsThatAreTooLarge() throws {
    let folder = try TemporaryFolder()
    let server = try server(folder)
    let wide = try Repository.image("large.jpg")
    func status(_ model: String, _ images: [Data]) throws -> (Int, String) {
      let texts = images.map { "\"\($0.base64EncodedString())\"" }.joined(separator: ",")
      let json = """
        {"inputs":[{"name":"image","datatype":"BYTES","shape":[\(images.count),1],"data":[\(texts)]}]}
        """
      let response = try server.connect().request(
        "POST", "/v2/models/\(model)/infer", headers: ["Content-Type": "application/json"],
        body: Data(json.utf8))
      return (response.status, String(decoding: response.body, as: UTF8.self))
    }
    // Four times 11 million pixels, four bytes each.
    let depths = try status("depths", [wide, wide])
    #expect(depths.0 == 422 && depths.1.contains("--max-tensor-bytes"), "\(depths)")
    let small = try Repository.image("small.jpg")
    let sizes = try status("classes", [small, Repository.image("medium.jpg")])
    #expect(sizes.0 == 422 && sizes.1.contains("output_size"), "\(sizes)")
    #expect(try status("depths", [small, small]).0 == 200)
  }

  /// Nothing found is an answer.
  @Test func nothing() throws {
    let folder = try TemporaryFolder()
    let text = try #require(Self.pipelines["found"]).replacingOccurrences(of: "0.25", with: "1")
      .replacingOccurrences(of: "GRAPHS", with: Repository.path(".deps/graphs"))
    let file = try folder.write(text.utf8, to: "found.yaml")
    let run = try Drivetrain.run("infer", file, Repository.path(".deps/images/small.jpg"), "--json")
    #expect(run.exitCode == 0 && run.standardOutput.contains(#""outputs":[]"#), "\(run.standardOutput)")
    let spoken = try Drivetrain.run(
      "infer", file, Repository.path(".deps/images/small.jpg"), "--draw", "\(folder.path)/drawn")
    #expect(spoken.exitCode == 0 && spoken.standardOutput.contains("nothing"))
    #expect(FileManager.default.fileExists(atPath: "\(folder.path)/drawn/small.jpg"))
  }
}
