import Foundation
import TestSupport
import Wire

extension Phase {
  /// Configuration that is meant to hurt, given to `infer` and `plan` as a file, and to the server as a model to load: each is refused in
  /// words, in little time and memory.
  static let yaml = Phase(name: "yaml") { run in
    let bombs = YAMLBomb.all
    let image = try Repository.path(".deps/images/small.jpg")
    try run.rounds { random in
      for bomb in run.some(bombs.shuffled(using: &random), every: 5) {
        let file = try run.target.folder.write(bomb.text.utf8, to: "bomb.yaml")
        let isInferred = Bool.random(using: &random)
        // Time and memory have limits of the system's; a signal ends who exceeds them.
        let process = try ChildProcess(
          "/bin/sh",
          [
            "-c", "ulimit -t 30; ulimit -v 8388608; exec \"$0\" \"$@\"",
            ChildProcess.builtProgram("drivetrain"),
          ] + (isInferred ? ["infer", file, image] : ["plan", file]),
          environment: ["SWIFT_BACKTRACE": "enable=no"])
        let code = try process.wait(seconds: 120)
        run.count("files")
        run.expect(
          [0, 1, 2, 64].contains(code) && (code == 0 || !process.standardError.isEmpty),
          "'\(bomb.name)' ends \(isInferred ? "infer" : "plan") with \(code): \(process.standardError.suffix(300))"
        )
        try load(bomb, run)
        guard run.hasTime || run.isShort else { break }
      }
    }
  }

  /// Tries a bomb as a model's version.
  private static func load(_ bomb: YAMLBomb, _ run: PhaseRun) throws {
    let repository = run.target.repository
    try repository.writePipeline(1, of: "bomb")
    try repository.write(bomb.text.utf8, "pipeline.yaml", 1, of: "bomb")
    let path = "/v2/repository/models/bomb"
    let answer = try run.target.connect().request("POST", path + "/load", body: Data())
    run.count("loads")
    run.expect(
      [200, 400].contains(answer.status), "'\(bomb.name)' is loaded with \(answer.status): \(answer.error)")
    if answer.status == 200 { _ = try run.target.connect().request("POST", path + "/unload", body: Data()) }
    try repository.remove("bomb")
  }
}

/// Text that is meant to hurt who reads it.
struct YAMLBomb: Sendable {
  let name: String
  let text: String

  /// As large as a file may be, nearly.
  private static let most = 256 * 1024 - 2000

  private static func of(_ part: String, upTo bytes: Int = most) -> String {
    String(repeating: part, count: bytes / part.utf8.count)
  }

  static var all: [YAMLBomb] {
    let base = PipelineFile { $0.name = "bomb" }.text
    let texts: KeyValuePairs = [
      "a billion laughs":
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + zip("bcdefghi", "abcdefgh").map {
          "\($0): &\($0) [\(Array(repeating: "*\($1)", count: 9).joined(separator: ","))]\n"
        }
        .joined() + "name: *i\n",
      "an anchor in itself": "a: &a [*a]\n", "merged keys": base + "<<: {concurrency: 5}\n",
      "deep brackets": "x: " + of("["),
      "deep brackets, closed": "x: " + of("[", upTo: 60_000) + of("]", upTo: 60_000),
      "deep brackets with comments": "x: " + of("[ #]\n"), "brackets in quotes": "x: " + of("[\"]\","),
      "deep braces": "x: " + of("{\"}\": "), "deep sequences": of("- "), "deep questions": of("? "),
      "deep blocks": (0..<500).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
      "next lines": of("a:\u{85}"),
      "tabs": (0..<300).map { String(repeating: "\t", count: $0) + "a:\n" }.joined(),
      "many keys": (0..<20_000).map { "k\($0): 1\n" }.joined(), "a key again and again": of("a: 1\n"),
      "a long list": "x: [" + of("1,") + "]\n",
      "a long name": base.replacing("name: bomb", with: "name: " + of("n", upTo: 100_000)),
      "a long number": base + "concurrency: " + of("9", upTo: 100_000) + "\n",
      "numbers that don't end": base + "weight: 1" + of("0", upTo: 5000) + "\n",
      "infinity": base + "weight: .inf\n",
      "no number": base + "weight: .nan\n", "an exponent": base + "concurrency: 1e999999999\n",
      "a tiny deviation": base.replacing("[255, 255, 255]", with: "[1e-300, 1, 1]"),
      "no deviation": base.replacing("[255, 255, 255]", with: "[0, 0, 0]"),
      "a huge side": base.replacing("short_side: 16", with: "short_side: 1099511627776"),
      "a large side": base.replacing("short_side: 16", with: "short_side: 100000"),
      "many instances": base + "inference_instances: 1000000000\npreprocessing_instances: 1000000000\n",
      "many threads": base.replacing("threads: 1", with: "threads: 1000000000"),
      "zeros without end": base.replacing("model.onnx", with: "/dev/zero"),
      "noise without end": base.replacing("model.onnx", with: "/dev/urandom"),
      "labels without end": base.replacing("labels.txt", with: "/dev/zero"),
      "itself as a model": base.replacing("model.onnx", with: "pipeline.yaml"),
      "memory as a model": base.replacing("model.onnx", with: "/proc/self/mem"),
      "a folder as a model": base.replacing("model.onnx", with: "/tmp"),
      "two documents": base + "---\nname: other\n", "a directive": "%YAML 9.9\n---\n" + base,
      "a tag": base + "concurrency: !!python/object/apply:os.system ['id']\n",
      "binary": base + "concurrency: !!binary AAAA\n",
      "sexagesimal": base + "concurrency: 1:30\n", "nothing": "", "newlines": of("\n"),
      "a NUL": base + "\0\n",
    ]
    return texts.map { YAMLBomb(name: $0.key, text: $0.value) }
  }
}
