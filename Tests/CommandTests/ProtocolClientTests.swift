import Basics
import Dataflow
import Foundation
import Planning
import TestSupport
import Testing
import Wire

/// Clients of other servers, unchanged: Triton's own, and curl.
@Suite struct ProtocolClientTests {
  private func python(_ script: String, _ arguments: [String]) throws -> String {
    let python = try ChildProcess(
      try Repository.path(".deps/python/bin/python"), ["-c", script] + arguments)
    let code = try python.wait()
    return code == 0 ? python.standardOutput : "exit \(code): \(python.standardError)"
  }

  @Test(arguments: ["http", "grpc"]) func tritonClient(wire: String) throws {
    let server = try Server("classify")
    let port = wire == "http" ? server.port : try #require(server.grpcPort)
    let image = try Repository.path(".deps/images/china.jpg")
    let said = try python(Self.fails + Self.triton, [wire, "127.0.0.1:\(port)", image])
    #expect(said == "done\n", "\(said)")
    #expect(try server.terminate() == 0)
  }

  /// Either port speaks everything, of gRPC also beside HTTP.
  @Test func everyPortSpeaksGRPC() throws {
    let server = try Server("classify", arguments: ["--no-grpc"])
    #expect(server.grpcPort == nil)
    let image = try Repository.path(".deps/images/china.jpg")
    let said = try python(Self.fails + Self.triton, ["grpc", "127.0.0.1:\(server.port)", image])
    #expect(said == "done\n", "\(said)")
  }

  /// What both scripts begin with.
  private static let fails = """
    def fails(reason, call):
        try:
            call()
        except Exception as error:
            assert reason in str(error), str(error)
        else:
            raise AssertionError(f"no error where there should be: {reason}")

    """

  private static let triton = """
    import queue, sys
    import numpy as np
    from importlib import import_module
    wire, address, image = sys.argv[1:]
    triton = import_module(f"tritonclient.{wire}")
    client = triton.InferenceServerClient(address)
    data = open(image, "rb").read()

    def images(*elements):
        tensor = triton.InferInput("image", [len(elements), 1], "BYTES")
        tensor.set_data_from_numpy(np.array(elements, dtype=object).reshape(-1, 1))
        return [tensor]

    assert client.is_server_live() and client.is_server_ready()
    assert client.is_model_ready("classify") and client.is_model_ready("classify", "1")
    assert not client.is_model_ready("nothing")
    options = {} if wire == "http" else {"as_json": True}
    assert client.get_server_metadata(**options)["name"] == "drivetrain"
    metadata = client.get_model_metadata("classify", **options)
    assert [output["name"] for output in metadata["outputs"]] == ["label", "index", "score"]
    config = client.get_model_config("classify", **options)
    config = config if wire == "http" else config["config"]
    assert config["max_batch_size"] == 64 and config["input"][0]["data_type"] == "TYPE_STRING"

    answer = client.infer("classify", images(data), request_id="one")
    assert answer.as_numpy("label")[0][0] == b"palace" and answer.as_numpy("index").shape == (1, 5)
    assert answer.as_numpy("score").dtype == np.float32
    index = triton.InferRequestedOutput("index")
    batch = client.infer("classify", images(data, data, data), outputs=[index], priority=1, timeout=30000000)
    assert batch.as_numpy("index").shape == (3, 5) and batch.as_numpy("label") is None
    classes = [triton.InferRequestedOutput("label", class_count=2)]
    fails("ask for 'label'", lambda: client.infer("classify", images(data), outputs=classes))
    if wire == "http":
        fails("'gzip' is not supported", lambda: client.infer("classify", images(data), request_compression_algorithm="gzip"))
        text = client.infer("classify", images(data), outputs=[triton.InferRequestedOutput("index", binary_data=False)])
        assert text.as_numpy("index")[0][0] == answer.as_numpy("index")[0][0]
        waiting = [client.async_infer("classify", images(data)) for _ in range(4)]
        assert all(one.get_result().as_numpy("index").shape == (1, 5) for one in waiting)
    else:
        answers = queue.Queue()
        client.start_stream(lambda result, error: answers.put((result, error)))
        for number in range(3):
            client.async_stream_infer("classify", images(data), request_id=str(number))
        client.async_stream_infer("classify", images(b"no image"))
        got = [answers.get(timeout=30) for _ in range(4)]
        client.stop_stream()
        assert {result.get_response().id for result, error in got if result} == {"0", "1", "2"}
        assert any(error and "not a JPEG" in str(error) for result, error in got)
        fails("not supported", lambda: client.infer("classify", images(data), compression_algorithm="gzip"))

    # What other servers have and this one hasn't is told in a sentence.
    fails("shared memory is not supported", lambda: client.get_system_shared_memory_status())
    fails("shared memory is not supported", lambda: client.register_system_shared_memory("a", "/a", 4))
    fails("shared memory is not supported", lambda: client.unregister_cuda_shared_memory("a"))
    fails("trace settings", lambda: client.get_trace_settings())
    fails("trace settings", lambda: client.update_trace_settings("classify", {}))
    fails("log settings", lambda: client.get_log_settings())
    fails("log settings", lambda: client.update_log_settings({}))

    everything = client.get_inference_statistics(**options)["model_stats"]
    assert [model["name"] for model in everything] == ["classify"], everything
    statistics = client.get_inference_statistics("classify", **options)["model_stats"][0]
    assert int(statistics["inference_count"]) >= 4, statistics
    assert int(statistics["inference_stats"]["compute_infer"]["ns"]) > 0
    fails("there is no model 'nothing'", lambda: client.infer("nothing", images(data)))
    fails("truncated JPEG", lambda: client.infer("classify", images(data[:5000])))
    fails("image 1: ", lambda: client.infer("classify", images(data, b"no image")))
    fails("time was over", lambda: client.infer("classify", images(data), timeout=1))
    fails("the limit is 64", lambda: client.infer("classify", images(*[b"x"] * 65)))
    print("done")
    """

  /// A network of tensors, whose inputs and outputs are each binary or numbers in JSON, over either protocol.
  @Test(arguments: ["http", "grpc"]) func tritonTensors(wire: String) throws {
    let folder = try RepositoryFolder()
    try folder.writeNetwork(1, of: "net") { $0.hasSecondInput = true }
    let server = try Server(arguments: ["--repository", folder.path])
    let port = wire == "http" ? server.port : try #require(server.grpcPort)
    let said = try python(Self.fails + Self.tensors, [wire, "127.0.0.1:\(port)"])
    #expect(said == "done\n", "\(said)")
    #expect(try server.terminate() == 0)
  }

  private static let tensors = """
    import itertools, sys
    import numpy as np
    from importlib import import_module
    wire, address = sys.argv[1:]
    triton = import_module(f"tritonclient.{wire}")
    client = triton.InferenceServerClient(address)
    pixels, offset = np.full((2, 3, 16, 16), 0.5, np.float32), np.zeros((2, 3, 16, 16), np.float32)
    offset[1] = 0.25

    def tensor(name, numbers, binary):
        tensor = triton.InferInput(name, list(numbers.shape), "FP32")
        tensor.set_data_from_numpy(numbers, **({"binary_data": binary} if wire == "http" else {}))
        return tensor

    def output(binary):
        return triton.InferRequestedOutput("scores", **({"binary_data": binary} if wire == "http" else {}))

    for first, second, wanted in itertools.product([True, False], [True, False], [None, True, False]):
        inputs = [tensor("offset", offset, first), tensor("image", pixels, second)]
        outputs = None if wanted is None else [output(wanted)]
        answer = client.infer("net", inputs, outputs=outputs, request_id="a").as_numpy("scores")
        assert answer.shape == (2, 6) and abs(answer[1, 1] - 0.75) < 1e-3 and abs(answer[0, 0] - 1.5) < 1e-3, answer
    inputs = [tensor("offset", offset, True), tensor("image", pixels, True)]
    twice = [output(True), output(True)]
    fails("'scores' is asked for twice", lambda: client.infer("net", inputs, outputs=twice))
    fails("'image' is missing", lambda: client.infer("net", inputs[:1]))
    print("done")
    """

  /// curl as people use it: without a type, with a wrong one, and as a form.
  @Test func bodiesAsCurlSendsThem() throws {
    let folder = try RepositoryFolder()
    try folder.writeNetwork(1, of: "net")
    try folder.writePipeline(1, of: "tiny")
    let server = try Server(arguments: ["--repository", folder.path])
    let image = PNGFile.solid(width: 8, height: 8, red: 255, green: 0, blue: 0)
    let files = try TemporaryFolder()
    let file = try files.write(image, to: "red.png")
    let json = try files.write(
      #"{"inputs":[{"name":"image","shape":[1,1],"datatype":"BYTES","data":["\#(image.base64EncodedString())"]}]}"#
        .utf8,
      to: "red.json")
    let zeros = Array(repeating: "0", count: 3 * 16 * 16).joined(separator: ",")
    let numbers = try files.write(
      #"{"inputs":[{"name":"image","shape":[1,3,16,16],"datatype":"FP32","data":[\#(zeros)]}]}"#.utf8,
      to: "zeros.json")
    func post(_ model: String, _ arguments: [String]) throws -> String {
      let url = "http://127.0.0.1:\(server.port)/v2/models/\(model)/infer"
      let curl = try ChildProcess("/usr/bin/curl", ["-s", "-w", " %{http_code}"] + arguments + [url])
      #expect(try curl.wait() == 0)
      return curl.standardOutput
    }
    let types = [
      [], ["-H", "Content-Type:"], ["-H", "Content-Type: application/octet-stream"],
      ["-H", "Content-Type: text/plain"],
      ["-H", "Content-Type: image/jpeg"], ["-H", "Content-Type: application/json"],
    ]
    for type in types {
      for body in [file, json] {
        let said = try post("tiny", ["--data-binary", "@\(body)"] + type)
        #expect(said.contains("\"red\"") && said.hasSuffix(" 200"), "\(type): \(said)")
      }
      let said = try post("net", ["-d", "@\(numbers)"] + type)
      #expect(said.contains("\"scores\"") && said.hasSuffix(" 200"), "\(type): \(said)")
    }
    for form in ["image=@\(file)", "x=@\(file);type=application/octet-stream", "file=@\(json)", "f=<\(json)"]
    {
      let said = try post("tiny", ["-F", form])
      #expect(said.contains("\"red\"") && said.hasSuffix(" 200"), "\(form): \(said)")
    }
    let numbersInAForm = try post("net", ["-F", "f=@\(numbers)"])
    #expect(numbersInAForm.hasSuffix(" 200"), "\(numbersInAForm)")
    let two = try post("tiny", ["-F", "a=@\(file)", "-F", "b=@\(file)"])
    #expect(two.hasSuffix(" 422") && two.contains("send one file alone"), "\(two)")
    let compressed = try post("tiny", ["-H", "Content-Encoding: gzip", "--data-binary", "@\(file)"])
    #expect(compressed.hasSuffix(" 415") && compressed.contains("'gzip' is not supported"), "\(compressed)")
    #expect(try server.terminate() == 0)
  }

  /// Pages of the origins that are named may ask, from a browser, and read every answer.
  @Test func pagesOfOtherOrigins() throws {
    let token = try TemporaryFolder()
    let file = try token.write("secret\n".utf8, to: "token")
    let server = try Server(
      "classify",
      arguments: [
        "--allow-origin", "http://localhost:3000", "--allow-origin", "https://a.example", "--token-file",
        file,
      ])
    let connection = try server.connect()
    let path = "/v2/models/classify/infer"
    let asks = ["Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"]
    for origin in ["http://localhost:3000", "https://a.example"] {
      let preflight = try connection.request(
        "OPTIONS", path, headers: asks.merging(["Origin": origin]) { $1 })
      #expect(preflight.status == 204 && preflight.body.isEmpty)
      #expect(preflight.headers["access-control-allow-origin"] == origin)
      #expect(preflight.headers["access-control-allow-methods"]?.contains("POST") == true)
      for (headers, status) in [(["Authorization": "Bearer secret"], 200), ([:], 401)] {
        let answer = try connection.request(
          "POST", path, headers: headers.merging(["Origin": origin]) { $1 },
          body: Repository.image("small.jpg"))
        #expect(answer.status == status && answer.headers["access-control-allow-origin"] == origin)
        #expect(answer.headers["vary"] == "Origin")
      }
    }
    let other = try connection.request(
      "OPTIONS", path, headers: asks.merging(["Origin": "https://b.example"]) { $1 })
    #expect(other.status == 401 && !other.headers.keys.contains { $0.hasPrefix("access-control") })
    for version in ["--http1.1", "--http2-prior-knowledge"] {
      let curl = try ChildProcess(
        "/usr/bin/curl",
        [
          "-s", "-i", version, "-X", "OPTIONS", "-H", "Origin: https://a.example", "-H",
          "Access-Control-Request-Method: POST", "http://127.0.0.1:\(server.port)\(path)",
        ])
      #expect(try curl.wait() == 0)
      #expect(curl.standardOutput.lowercased().contains("access-control-allow-origin: https://a.example"))
    }
    try connection.send("no HTTP at all\r\n\r\n")
    #expect(try connection.response().headers["access-control-allow-origin"] == nil)
    #expect(try server.terminate() == 0)
  }

  /// Triton's load generator, if it can be run here: its wheel wants a newer C library than Debian 12's. (Run by the loader: what
  /// is unzipped is not executable.)
  private static let tritonLoad: [String]? = {
    guard let path = try? Repository.path(".deps/bin/perf_analyzer") else { return nil }
    let run = ["/lib64/ld-linux-x86-64.so.2", path]
    let version = try? ChildProcess(run[0], [run[1], "--version"])
    return (try? version?.wait()) == 0 ? run : nil
  }()

  @Test(
    .enabled(if: tritonLoad != nil, "perf_analyzer does not run here: it wants glibc 2.38"),
    arguments: [["http"], ["http", "--async"], ["grpc"], ["grpc", "--streaming"], ["grpc", "-b", "2"]])
  func perfAnalyzer(wire: [String]) throws {
    let run = try #require(Self.tritonLoad)
    let server = try Server("classify")
    let port = wire[0] == "http" ? server.port : try #require(server.grpcPort)
    let folder = try TemporaryFolder()
    let image = try Repository.image("small.jpg")
    // An element of BYTES is preceded by its length.
    let element = withUnsafeBytes(of: UInt32(image.count).littleEndian) { Data($0) } + image
    let input = try folder.write(
      #"{"data":[{"image":{"content":{"b64":"\#(element.base64EncodedString())"},"shape":[1]}}]}"#.utf8,
      to: "input.json")
    let load = try ChildProcess(
      run[0],
      [
        run[1], "-m", "classify", "-u", "127.0.0.1:\(port)", "-i", wire[0], "--input-data", input,
        "--measurement-interval", "500", "--max-trials", "3", "--stability-percentage", "1000",
        "--concurrency-range", "2",
      ] + wire.dropFirst())
    #expect(try load.wait() == 0, "\(load.standardError)")
    #expect(load.standardOutput.contains("Concurrency: 2, throughput: "), "\(load.standardOutput)")
    #expect(load.standardOutput.contains("compute infer"), "\(load.standardOutput)")
  }

  /// Models are loaded and unloaded by Triton's client.
  @Test(arguments: ["http", "grpc"]) func tritonRepository(wire: String) throws {
    let folder = try RepositoryFolder()
    try folder.writeNetwork(1, of: "net")
    let server = try Server(arguments: ["--repository", folder.path])
    let port = wire == "http" ? server.port : try #require(server.grpcPort)
    try folder.writeNetwork(2, of: "net")
    try folder.makeVersion("1", of: "empty")
    let said = try python(Self.fails + Self.repository, [wire, "127.0.0.1:\(port)"])
    #expect(said == "done\n", "\(said)")
    #expect(try server.terminate() == 0)
  }

  private static let repository = """
    import sys
    from importlib import import_module
    wire, address = sys.argv[1:]
    triton = import_module(f"tritonclient.{wire}")
    client = triton.InferenceServerClient(address)

    def index():
        if wire == "http":
            models = client.get_model_repository_index()
        else:
            models = client.get_model_repository_index(as_json=True).get("models", [])
        return [(model["name"], model["version"], model["state"], model.get("reason", "")) for model in models]

    assert index() == [("empty", "1", "UNAVAILABLE", "not loaded"), ("net", "1", "READY", "")], index()
    client.load_model("net")
    assert client.is_model_ready("net", "2") and not client.is_model_ready("net", "1")
    client.unload_model("net", unload_dependents=True)
    assert not client.is_model_ready("net") and client.is_server_ready()
    assert index()[1][:3] == ("net", "2", "UNAVAILABLE"), index()
    client.load_model("net")
    assert client.is_model_ready("net")
    fails("neither pipeline.yaml nor model.onnx", lambda: client.load_model("empty"))
    fails("there is no model 'nothing'", lambda: client.load_model("nothing"))
    fails("there is no model 'nothing'", lambda: client.unload_model("nothing"))
    fails("can't be a model's name", lambda: client.load_model(".net"))
    fails("'config' is not supported", lambda: client.load_model("net", config="{}"))
    print("done")
    """

  private func curl(_ arguments: String...) throws -> String {
    let curl = try ChildProcess(
      "/usr/bin/curl", ["-s", "-o", "/dev/null", "-w", "%{http_version} %{http_code}"] + arguments)
    let code = try curl.wait()
    return code == 0 ? curl.standardOutput : "exit \(code)"
  }

  @Test func http2InClearText() throws {
    let server = try Server("classify")
    let image = try Repository.path(".deps/images/small.jpg")
    let base = "http://127.0.0.1:\(server.port)/v2"
    let post = [
      "-H", "Content-Type: image/jpeg", "--data-binary", "@\(image)", "\(base)/models/classify/infer",
    ]
    #expect(try curl("--http2-prior-knowledge", post[0], post[1], post[2], post[3], post[4]) == "2 200")
    #expect(try curl("--http1.1", post[0], post[1], post[2], post[3], post[4]) == "1.1 200")
    #expect(try curl("--http2-prior-knowledge", "\(base)/nothing") == "2 404")
    #expect(try server.terminate() == 0)
  }

  @Test func tlsAndAToken() throws {
    let folder = try TemporaryFolder()
    let identity = try ServerIdentity(in: folder)
    let token = try folder.write("secret\n".utf8, to: "token")
    let server = try Server(
      "classify",
      arguments: identity.arguments + ["--token-file", token])
    let model = "https://127.0.0.1:\(server.port)/v2/models/classify"
    for (version, option) in [("1.1", "--http1.1"), ("2", "--http2")] {
      let right = "Authorization: Bearer secret"
      #expect(try curl(option, "--cacert", identity.certificate, "-H", right, model) == "\(version) 200")
      #expect(
        try curl(option, "--cacert", identity.certificate, "-H", "\(right)s", model) == "\(version) 401")
      #expect(try curl(option, "--cacert", identity.certificate, model) == "\(version) 401")
      let live = "https://127.0.0.1:\(server.port)/v2/health/live"
      #expect(try curl(option, "--cacert", identity.certificate, live) == "\(version) 200")
    }
    // Neither clear text nor a handshake that fails harms others.
    #expect(try curl("http://127.0.0.1:\(server.port)/v2").hasPrefix("exit"))
    #expect(try server.terminate() == 0)
  }

  @Test func filesThatAreNone() throws {
    let folder = try TemporaryFolder()
    let text = try folder.write("no certificate".utf8, to: "text.pem")
    for (arguments, reason) in [
      (["--tls-certificate", "/nowhere.pem", "--tls-key", text], "/nowhere.pem: it can't be read: No such"),
      (["--tls-certificate", text, "--tls-key", text], "not a PEM file"),
      (["--token-file", try folder.write("\n".utf8, to: "empty")], "there is no token in it"),
    ] {
      let serve = try ChildProcess(Drivetrain.path, ["serve", "classify", "--port", "0"] + arguments)
      #expect(try serve.wait() == 1 && serve.standardError.contains(reason), "\(serve.standardError)")
    }
  }
}
