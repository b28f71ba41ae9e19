import Basics
import Dataflow
import Foundation
import Planning
import Reinforcement
import TestSupport
import Testing
import Wire

/// An exported policy, served: trained here, served here.
@Suite struct ServePolicyTests {
  private let folder: TemporaryFolder
  private let policy = ToyPolicy.cartPole

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(policy.exported().bytes, to: "policy.onnx")
  }

  private var model: String { folder.path + "/policy.onnx" }

  private func request(_ observations: [Float], id: String? = nil) -> String {
    let id = id.map { "\"id\":\"\($0)\"," } ?? ""
    return """
      {\(id)"inputs":[{"name":"observation","shape":[\(observations.count / 4),4],"datatype":"FP32",
      "data":\(observations)}]}
      """
  }

  @Test(arguments: [1, 7, 256, 4096]) func answersWhatThePolicySays(batch: Int) throws {
    let server = try Server(model)
    let observations = policy.observations(batch)
    let expected = policy.answers(observations)
    let response = try server.post(request(observations, id: "a \\\"b\\\""))
    #expect(response.status == 200 && response.headers["content-type"] == "application/json")
    let answer = try JSONDecoder().decode(TensorReport.self, from: response.body)
    #expect(answer.modelName == "policy" && answer.id == "a \"b\"")
    try #require(answer.outputs.map(\.name) == ["action", "q_values"])
    #expect(answer.outputs.map(\.datatype) == ["INT64", "FP32"])
    #expect(answer.outputs.map(\.shape) == [[batch], [batch, 2]])
    #expect(answer.outputs[0].data == expected.actions.map(Double.init))
    #expect(answer.outputs[1].data.count == 2 * batch)
    #expect(zip(answer.outputs[1].data, expected.values).allSatisfy { abs($0 - Double($1)) < 1e-5 })
    let timing = try #require(response.headers["server-timing"])
    #expect(
      timing.hasPrefix("infer;dur=") && timing.contains("unattributed;dur=") && timing.contains("total"))
    #expect(try server.terminate() == 0)
  }

  @Test func metadata() throws {
    struct Metadata: Decodable {
      struct Entry: Decodable, Equatable {
        let name, datatype: String
        let shape: [Int]
      }
      let name: String
      let inputs, outputs: [Entry]
    }
    let server = try Server(model)
    let model = try JSONDecoder().decode(Metadata.self, from: server.get("/v2/models/policy").body)
    #expect(model.name == "policy")
    #expect(model.inputs == [.init(name: "observation", datatype: "FP32", shape: [-1, 4])])
    #expect(
      model.outputs == [
        .init(name: "action", datatype: "INT64", shape: [-1]),
        .init(name: "q_values", datatype: "FP32", shape: [-1, 2]),
      ])
  }

  /// In a file, under a name of its own, beside a pipeline of images.
  @Test func inAFile() throws {
    let pipeline = try folder.write(
      "name: balance\nstages:\n  act: {use: infer, model: policy.onnx, threads: 1}\n".utf8, to: "p.yaml")
    let images = PipelineFile()
    let server = try Server(pipeline, images.write(to: folder))
    let response = try server.post(request([0, 0.5, -1, 2]), "balance")
    #expect(response.status == 200 && response.headers["server-timing"]?.hasPrefix("act;dur=") == true)

    let image = PNGFile.solid(width: 8, height: 8, red: 255, green: 0, blue: 0)
    let sent = try server.infer(image, "balance", type: "image/png")
    #expect(sent.status == 415 && sent.error.contains("the model takes tensors"), "\(sent.error)")
    let asked = try server.post(request([0, 0, 0, 0]), "tiny")
    #expect(asked.status == 422 && asked.error.contains("it takes 'image', BYTES"), "\(asked.error)")
    #expect(try server.infer(image, "tiny", type: "image/png").status == 200)
  }

  @Test func continuousActions() throws {
    let policy = ToyPolicy.continuous
    let path = try folder.write(policy.exported().bytes, to: "swing.up.onnx")
    let server = try Server(path)
    let response = try server.post(
      #"{"inputs":[{"data":[[1,2,3],[-1,0,1e-3]],"datatype":"FP32","shape":[2,3],"name":"observation"}]}"#,
      "swing.up")
    let answer = try JSONDecoder().decode(TensorReport.self, from: response.body)
    let expected = policy.answers([1, 2, 3, -1, 0, 1e-3]).actions
    #expect(answer.outputs.map(\.name) == ["action"] && answer.outputs[0].shape == [2, 2])
    #expect(zip(answer.outputs[0].data, expected).allSatisfy { abs($0 - Double($1)) < 1e-5 })
  }

  @Test func manyAtOnce() throws {
    let server = try Server(model)
    let answers = concurrently(40) { index in
      let observations = policy.observations(1 + index % 9, seed: index)
      let answer = try JSONDecoder().decode(
        TensorReport.self, from: try server.post(request(observations)).body)
      return answer.outputs[0].data == policy.answers(observations).actions.map(Double.init)
    }
    for answer in answers { #expect(try answer.get()) }
  }

  /// Each is answered for what it is, and the next one as if nothing had been.
  @Test func refusals() throws {
    func input(
      _ name: String = "observation", _ shape: String = "[1,4]", _ type: String = "FP32",
      _ data: String = "[0,0,0,0]"
    ) -> String {
      #"{"inputs":[{"name":"\#(name)","shape":\#(shape),"datatype":"\#(type)","data":\#(data)}]}"#
    }
    let cases: [(body: String, status: Int, says: [String])] = [
      ("", 400, ["ends"]), ("{", 400, ["ends"]), ("[]", 400, ["an object"]), ("hello", 400, ["byte 0"]),
      ("{}", 400, ["'inputs' is missing", "\"inputs\""]), (#"{"inputs":3}"#, 400, ["an array"]),
      (#"{"inputs":[]}"#, 422, ["'observation' is missing", "FP32 of shape [-1, 4]"]),
      (#"{"inputs":[{}]}"#, 400, ["no 'name'"]),
      (input() + "x", 400, ["something follows"]),
      (input("obs"), 422, ["no input 'obs'", "'observation'"]),
      (input("observation", "[1,5]"), 422, ["FP32 of shape [-1, 4]", "[1, 5]"]),
      (input("observation", "[4]"), 422, ["[-1, 4]", "not FP32 of shape [4]"]),
      (input("observation", "[-1,4]"), 400, ["from 0"]), (input("observation", "[1.5,4]"), 400, ["whole"]),
      (input("observation", "[1,4]", "FP64"), 422, ["takes FP32", "FP64"]),
      (input("observation", "[1,4]", "FP32", "[0,0,0]"), 422, ["must be 4 numbers"]),
      (input("observation", "[1,4]", "FP32", "[0,0,0,0,0]"), 422, ["must be 4 numbers"]),
      (input("observation", "[2,4]", "FP32", "[[0,0,0],[0,0,0,0,0]]"), 422, ["must be 8 numbers"]),
      (input("observation", "[2,4]", "FP32", "[[0,0,0,0]]"), 422, ["must be 8 numbers"]),
      (input("observation", "[1,4]", "FP32", "[0,0,0,NaN]"), 400, ["a number"]),
      (input("observation", "[1,4]", "FP32", "[0,0,0,null]"), 400, ["a number"]),
      (input("observation", "[1,4]", "FP32", "[0,0,0,1e39]"), 422, ["number 3", "too large"]),
      (input("observation", "[1,4]", "FP32", "[0,0,0,-1e999]"), 422, ["number 3", "too large"]),
      (input("observation", "[5000,4]"), 422, ["batch of 5000", "4096"]),
      (input("observation", "[2000000000,4]"), 422, ["batch of"]),
      (input("observation", "[9223372036854775807,4]"), 400, ["whole"]),
      (input("observation", "[99999999999999999999,4]"), 400, ["whole"]),
      (String(repeating: #"{"a":"#, count: 100_000), 400, ["nested too deeply"]),
      (#"{"x":"# + String(repeating: "[", count: 100_000), 400, ["nested too deeply"]),
      (input("observation", "[1,4]", "FP32", String(repeating: "[", count: 100_000)), 400, ["nested"]),
    ]
    let server = try Server(model)
    let connection = try server.connect()
    for (body, status, says) in cases {
      let response = try connection.post(body)
      #expect(response.status == status, "\(body.prefix(100)): \(response.status) \(response.error)")
      for text in says {
        #expect(response.error.contains(text), "\(body.prefix(100)): \(response.error)")
      }
      #expect(try connection.post(request([0, 0, 0, 0])).status == 200)
    }
    let types = [
      "text/plain", "application/x-www-form-urlencoded", "application/octet-stream", "image/png",
      "Application/JSON ; charset=utf-8",
    ]
    for type in types { #expect(try connection.post(request([0, 0, 0, 0]), type: type).status == 200) }
    for type in types.dropLast() { #expect(try connection.post("hello", type: type).status == 415) }
    let large = try connection.post(String(repeating: " ", count: 70_000_000))
    #expect(large.status == 413 && large.error.contains("the limit is"))
    #expect(try connection.post(request([0, 0, 0, 0])).status == 200)
  }

  @Test func overflow() throws {
    let layer = ToyPolicy.Layer(weights: [1e10, 0, 0, -1], bias: [0, 0], activation: .none)
    let server = try Server(folder.write(layer.policy(), to: "policy.onnx"))
    func post(_ numbers: String) throws -> Response {
      try server.post(
        #"{"inputs":[{"name":"observation","shape":[1,2],"datatype":"FP32","data":\#(numbers)}]}"#)
    }
    let response = try post("[3e38,0]")
    #expect(response.status == 422 && response.error.contains("'q_values'"))
    #expect(
      response.error.contains("not finite") && response.error.contains("binary_data"), "\(response.error)")
    #expect(try post("[1,3.4e38]").status == 200)
  }

  @Test func onlyTheOutputsThatAreWanted() throws {
    let server = try Server(model)
    let body = request([0, 0, 0, 0]).dropLast()
    let response = try server.post(body + #","outputs":[{"name":"q_values","parameters":{"x":[1]}}]}"#)
    let answer = try JSONDecoder().decode(TensorReport.self, from: response.body)
    #expect(answer.outputs.map(\.name) == ["q_values"] && answer.id == nil)
    let wrong = try server.post(body + #","outputs":[{"name":"q"}]}"#)
    #expect(wrong.status == 422 && wrong.error.contains("'action', INT64 of shape [-1]"), "\(wrong.error)")
  }

  @Test func inferIsForImages() throws {
    let run = try Drivetrain.run("infer", model, "x.jpg")
    #expect(run.exitCode == 1 && run.standardOutput == "")
    #expect(
      run.errorLines.count == 1 && run.standardError.contains("drivetrain serve"), "\(run.standardError)")
  }

  @Test func modelsThatCannotBeServed() throws {
    var texts = ONNXFile()
    texts.input("x", .string, ["N"])
    texts.output("y", .string, ["N"])
    texts.node("Identity", ["x"], ["y"])
    let cases: [(file: String, says: String)] = [
      (folder.path + "/none.onnx", "none.onnx"),
      (try folder.write("text".utf8, to: "text.onnx"), "can't be read"),
      (try folder.write(texts.data, to: "texts.onnx"), "'x' of the model is of type string"),
    ]
    for (file, says) in cases {
      let run = try Drivetrain.run("serve", file, "--port", "0")
      #expect(run.exitCode == 1 && run.errorLines.count == 1, "\(file)")
      #expect(run.standardError.contains(says), "\(run.standardError)")
    }
  }
}

extension ToyPolicy.Layer {
  /// The file of a policy of this layer alone.
  fileprivate func policy() throws -> [UInt8] {
    try ExportedPolicy(
      observationSize: weights.count / bias.count, actionSpace: .discrete(bias.count),
      origin: .init(algorithm: "toy", environment: "Toy-v0", steps: 0)
    ) { $0.dense($1, weights: weights, bias: bias, activation: activation) }.bytes
  }
}

/// The answer in JSON, as the Open Inference Protocol has it.
private struct TensorReport: Decodable {
  struct Output: Decodable {
    let name, datatype: String
    let shape: [Int]
    let data: [Double]
  }

  enum CodingKeys: String, CodingKey {
    case id, outputs
    case modelName = "model_name"
  }

  let modelName: String
  let id: String?
  let outputs: [Output]
}

extension HTTP1Connection {
  fileprivate func post(
    _ json: String, _ pipeline: String = "policy", type: String = "application/json"
  ) throws -> Response {
    try request(
      "POST", "/v2/models/\(pipeline)/infer", headers: ["Content-Type": type], body: Data(json.utf8))
  }
}

extension Server {
  fileprivate func post(_ json: some StringProtocol, _ pipeline: String = "policy") throws -> Response {
    try connect().post(String(json), pipeline)
  }
}
