import Foundation
import TestSupport
import Testing

/// What the help and the pages promise.
@Suite struct HelpTests {
  private static let commands = [
    "describe", "infer", "serve", "load", "train", "evaluate", "export", "calibrate", "plan", "verify",
    "tune",
    "simulate",
    "devices",
  ]

  @Test(arguments: [[]] + commands.map { [$0] }) func fitsATerminal(command: [String]) throws {
    let run = try Drivetrain.run(arguments: command + ["--help"])
    #expect(run.exitCode == 0)
    let long = run.standardOutput.split(separator: "\n").filter { $0.count > 80 }
    #expect(long.isEmpty, "\(long)")
    // A line that was broken by hand and then by the parser.
    #expect(!run.standardOutput.contains(/\n[A-Za-z,.-]{1,12}\n[a-z]/), "\(run.standardOutput)")
  }

  @Test func version() throws {
    let run = try Drivetrain.run("--version")
    #expect(run.exitCode == 0)
    #expect(
      run.standardOutput.contains(/^drivetrain \d+\.\d+\.\d+\nonnxruntime \d[\d.]+\nopenvino \d/),
      "\(run.standardOutput)")
  }

  @Test func completesNames() throws {
    let script = try Drivetrain.run("--generate-completion-script", "bash")
    #expect(script.exitCode == 0 && script.standardOutput.contains("---completion"))
    let shell = try ChildProcess(
      "/bin/bash",
      [
        "-c",
        """
        eval "$($0 --generate-completion-script bash)"
        COMP_WORDS=(drivetrain infer cl); COMP_CWORD=2; COMP_LINE='drivetrain infer cl'; COMP_POINT=19
        PATH="$(dirname "$0"):$PATH"; _drivetrain; printf '%s\n' "${COMPREPLY[@]}"
        """, Drivetrain.path,
      ])
    #expect(
      try shell.wait() == 0 && shell.standardOutput.contains("classify"),
      "\(shell.standardOutput) \(shell.standardError)")
  }

  /// Every variable of the environment that the program reads is on some page.
  @Test func variablesAreDocumented() throws {
    func texts(in folder: String, _ ending: String) throws -> [String] {
      let root = try Repository.path(folder)
      let files = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
      return try files.filter { $0.hasSuffix(ending) }.map {
        try String(contentsOfFile: "\(root)/\($0)", encoding: .utf8)
      }
    }
    let pages = try texts(in: "Documentation", ".md").joined()
    let names = try texts(in: "Sources", ".swift").flatMap { source in
      source.matches(of: /"((?:DRIVETRAIN|OTEL|OCL|XDG)_[A-Z_]+)"/).map { String($0.1) }
    }
    #expect(names.count > 5)
    for name in Set(names) + ["DRIVETRAIN_ONNXRUNTIME", "DRIVETRAIN_OPENVINO"] {
      #expect(pages.contains("`\(name)`"), "\(name)")
    }
  }
}
