import Basics
import Dataflow
import Foundation
import TestSupport
import Testing

/// What of Benchmarks and Scripts isn't Swift is read by what would run it. Nothing of the rivals' is needed for that.
@Suite struct BenchmarkScriptTests {
  private typealias Run = (exitCode: Int, output: String, errors: String)

  private func run(_ path: String, _ arguments: [String]) throws -> Run {
    let process = try ChildProcess(path, arguments, environment: ["PYTHONDONTWRITEBYTECODE": "1"])
    let exitCode = try process.wait(seconds: 3_600)
    return (exitCode, process.standardOutput, process.standardError)
  }

  /// The names of programs in these folders whose first line says so, and of files with the extension.
  private func programs(of language: String, extension suffix: String) throws -> [String] {
    try ["Benchmarks", "Scripts"].flatMap { folder in
      let names = FileManager.default.enumerator(atPath: Repository.root.appending(path: folder).path)
      return try (names?.compactMap { $0 as? String } ?? []).map { "\(folder)/\($0)" }.filter { name in
        if (name as NSString).pathExtension == suffix { return true }
        guard (name as NSString).pathExtension.isEmpty,
          let file = FileHandle(forReadingAtPath: try Repository.path(name))
        else { return false }
        let beginning = String(decoding: (try? file.read(upToCount: 64)) ?? Data(), as: UTF8.self)
        return beginning.hasPrefix("#!") && beginning.prefix { $0 != "\n" }.contains(language)
      }
    }
  }

  @Test func pythonIsWellFormed() throws {
    let names = try programs(of: "python", extension: "py")
    #expect(names.contains("Benchmarks/training") && names.contains("Benchmarks/Serving/expert_server.py"))
    let check = "import sys\nfor name in sys.argv[1:]: compile(open(name).read(), name, 'exec')"
    #expect(try run("/usr/bin/python3", ["-c", check] + names) == (0, "", ""))
  }

  @Test func shellIsWellFormed() throws {
    let names = try programs(of: "bash", extension: "sh")
    #expect(names.contains("Benchmarks/Training/setup-rivals"))
    for name in names { #expect(try run("/bin/bash", ["-n", name]) == (0, "", ""), "\(name)") }
  }

  /// Rivals are given the tasks that ours runs, and each task has the rivals that are fastest.
  @Test func everyTaskOfTrainingIsTheRivalsToo() throws {
    let listing = try run("/usr/bin/python3", ["Benchmarks/Training/rivals.py", "--list"])
    #expect(listing.exitCode == 0, "\(listing.errors)")
    let lines = listing.output.split(separator: "\n")
    let tasks = lines.filter { $0.hasPrefix("jax-loop ") }.map { $0.dropFirst(9) }
    #expect(tasks.contains { $0.hasPrefix("dqn-") } && tasks.contains { $0.hasPrefix("td3-") })
    let ours = try String(
      contentsOfFile: Repository.path("Benchmarks/TrainingSpeed/BenchTraining.swift"), encoding: .utf8)
    #expect(ours.matches(of: /"([a-z0-9]+-[a-z]+-[a-z0-9-]+)": \{/).map(\.1).sorted() == tasks.sorted())
  }
}
