import Foundation
import TestSupport
import Testing
import Wire

/// What programs parse, by its names: flags, fields of JSON, metrics. `contract.txt` beside this file has them, a line each. Names
/// may be added; who takes one away knows what breaks.
@Suite struct ContractTests {
  private let folder: TemporaryFolder
  private let image: String

  init() throws {
    folder = try TemporaryFolder()
    image = try Repository.path(".deps/images/small.jpg")
  }

  @Test func names() throws {
    var found = Set<String>()
    try found.formUnion(flags(of: []))
    let run = folder.path + "/run"
    let small = [
      "--set", "steps=300", "learning_starts=100", "buffer_size=500", "hidden=[8]", "n_eval_episodes=1",
    ]
    let machine = """
      devices:
        cpu: {kind: cpu, flops: 50e9, bandwidth: 10e9, decode: 100e6, cores: 2, watts: {idle: 30, full: 90}}
        gpu: {kind: gpu, flops: 5e12, bandwidth: 300e9, launch: 5e-6, watts: {idle: 20, full: 200}}
      links:
        - {between: [cpu, gpu], bandwidth: 10e9, latency: 5e-6}
      """
    let platform = ["--platform", try folder.write(machine.utf8, to: "machine.yaml")]
    let commands: [[String]] = [
      ["infer", "classify", image], ["devices"],
      ["describe", try Repository.path(".deps/graphs/ultralytics/yolov8n.onnx")],
      ["plan", "classify"] + platform, ["simulate", "classify"] + platform,
      ["plan", "dqn-cartpole", "--objective", "efficiency"] + platform,
      ["train", "dqn-cartpole", "--output", run] + small,
      ["train", "ddpg-pendulum", "--output", run + "2"] + small, ["evaluate", run, "--episodes", "1"],
    ]
    for command in commands { try found.formUnion(fields(of: command)) }
    let server = try Server("classify")
    _ = try server.infer(Data(contentsOf: URL(filePath: image)))
    let url = "http://127.0.0.1:\(server.port)/v2/models/classify"
    try found.formUnion(
      fields(of: ["load", url, "--image", image, "--concurrency", "1", "--duration", "1", "--warm-up", "0"]))
    for line in String(decoding: try server.get("/metrics").body, as: UTF8.self).split(separator: "\n") {
      if line.hasPrefix("# TYPE ") { found.insert("metric " + line.dropFirst(7)) }
    }
    let path = try Repository.path("Tests/CommandTests/contract.txt")
    let expected = Set(
      try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init))
    #expect(expected.subtracting(found).sorted() == [], "names that are gone")
  }

  /// Those of a command and of all below it.
  private func flags(of command: [String]) throws -> [String] {
    struct Tool: Decodable {
      struct Command: Decodable {
        struct Argument: Decodable {
          struct Name: Decodable { let kind, name: String }
          let kind: String
          let names: [Name]?
        }
        let commandName: String
        let arguments: [Argument]?
        let subcommands: [Command]?
      }
      let command: Command
    }
    func names(_ command: Tool.Command) -> [String] {
      let own = (command.arguments ?? []).flatMap { argument in
        (argument.names ?? []).map { "\(argument.kind) \(command.commandName) \($0.name)" }
      }
      return own + (command.subcommands ?? []).flatMap(names)
    }
    let help = try Drivetrain.run(arguments: command + ["--experimental-dump-help"])
    return names(try JSONDecoder().decode(Tool.self, from: Data(help.standardOutput.utf8)).command)
  }

  /// The fields of what a command prints with `--json`.
  private func fields(of command: [String]) throws -> Set<String> {
    let run = try Drivetrain.run(arguments: command + ["--json"])
    try #require(run.exitCode == 0, "\(command): \(run.standardError)")
    var found = Set<String>()
    // What users name, such as stages and devices, is no name of ours.
    let theirs: Set = ["stages_ms", "utilisation", "load", "knobs", "errors"]
    func walk(_ value: Any, _ path: String) {
      switch value {
      case let object as [String: Any]:
        for (key, value) in object {
          let isTheirs = theirs.contains(path.split(separator: ".").last.map(String.init) ?? "")
          walk(value, isTheirs ? path + ".*" : "\(path).\(key)")
        }
      case let list as [Any]: for value in list { walk(value, path) }
      default: found.insert(path)
      }
    }
    walk(try JSONSerialization.jsonObject(with: Data(run.standardOutput.utf8)), "json \(command[0])")
    return found
  }
}
