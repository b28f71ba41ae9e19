import ArgumentParser
import Basics
import Dataflow
import Load
import Planning
import Serving

struct Load: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Sends images or tensors to a server and measures throughput, latency, and where the time goes.",
    usage: "drivetrain load <url> --duration <seconds> [<options>]",
    discussion: """
      With --concurrency each connection sends its next request as soon as it has a response. With --rate requests are sent \
      when they are due, whatever the server does, and their latency counts from then on.

      Ctrl-C ends early and reports.

      Example: drivetrain load http://127.0.0.1:8000/v2/models/classify --image photo.jpg --concurrency 8 --duration 10
      """)

  @Argument(
    help:
      "A model, http[s]://HOST:PORT/v2/models/NAME, or the server of a single one. Other paths are posted to as they are."
  )
  var url: String

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Images to send: JPEG, PNG or WebP. All equally often without --mix.", valueName: "file"))
  var image: [String] = []

  @Option(
    help: ArgumentHelp(
      "The weight of each image, by its file's name without extension.", valueName: "name=weight,…"))
  var mix: String?

  @Option(
    help: ArgumentHelp(
      "A tensor to send to a network, an array that numpy.save has written; once for each input.",
      valueName: "name=file.npy"))
  var input: [String] = []

  @Option(help: ArgumentHelp("Trust this PEM file's certificates, for https.", valueName: "file"))
  var cacert: String?

  @Flag(help: "Trust every certificate, for https.")
  var insecure = false

  @Option(help: "Connections that send one request after the other.")
  var concurrency: Int?

  @Option(help: "Requests a second.")
  var rate: Double?

  @Option(
    help: "How requests of --rate arrive: poisson (independent of each other) or uniform. Default: poisson.")
  var arrivals: LoadPacing.Arrivals?

  @Option(help: ArgumentHelp("How long to measure.", valueName: "seconds"))
  var duration: Double

  @Option(help: ArgumentHelp("How long to send requests before that.", valueName: "seconds"))
  var warmUp = 1.0

  @Option(help: "Seed of poisson arrivals.")
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("A header of every request; may be given again.", valueName: "name: value"))
  var header: [String] = []

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard image.isEmpty != input.isEmpty else {
      throw ValidationError(
        image.isEmpty
          ? "Missing expected argument '--image <file>' or '--input <name=file.npy>'"
          : "give either --image or --input")
    }
    guard mix == nil || input.isEmpty else { throw ValidationError("--mix is of images") }
    guard cacert == nil || !insecure else { throw ValidationError("give either --cacert or --insecure") }
    for input in input where !input.dropFirst().contains("=") {
      throw ValidationError("--input must be NAME=FILE.npy, not '\(input)'")
    }
    guard (concurrency == nil) != (rate == nil) else {
      throw ValidationError("give either --concurrency or --rate")
    }
    guard concurrency.map({ LoadPacing.concurrencies.contains($0) }) ?? true else {
      throw ValidationError("--concurrency must be from 1 to \(LoadPacing.concurrencies.upperBound)")
    }
    guard rate.map({ LoadPacing.rates.contains($0) }) ?? true else {
      throw ValidationError("--rate must be from 0.01 to 100000 requests a second")
    }
    guard arrivals == nil || rate != nil else { throw ValidationError("--arrivals needs --rate") }
    guard (0.1...3600).contains(duration) else {
      throw ValidationError("--duration must be from 0.1 to 3600 seconds")
    }
    guard (0...600).contains(warmUp) else { throw ValidationError("--warm-up must be from 0 to 600 seconds") }
  }

  func run() async throws {
    let bodies = input.isEmpty ? try image.map { try LoadBody(image: $0) } : [try tensors()]
    let trust = cacert.map(LoadTrust.file) ?? (insecure ? .all : .system)
    var configuration = LoadGenerator.Configuration(
      target: try LoadTarget(url, headers: header, trust: trust), bodies: bodies,
      mix: try mix.map { try ImageMix(parsing: $0, names: bodies.map(\.name)) }
        ?? ImageMix(count: bodies.count),
      pacing: concurrency.map { .closed(connections: $0) } ?? .open(rate: rate ?? 0, arrivals ?? .poisson),
      seconds: duration)
    configuration.warmUpSeconds = warmUp
    configuration.seed = seed
    Interruption.listen()
    let progress = Locked(ProgressLine())
    let report = try await LoadGenerator(configuration).run(
      isInterrupted: { Interruption.isAsked },
      observe: { event in
        progress.withLock { $0.show(event.text, min(event.seconds / event.totalSeconds, 1)) }
      })
    progress.withLock { $0.end() }
    try json ? printJSON(report) : printOut(report.text)
    // Nothing was measured.
    if report.ok == 0 { throw ExitCode(1) }
  }
}

extension Load {
  private func tensors() throws -> LoadBody {
    LoadBody(
      tensors: try input.map { text in
        let name = text.prefix(1) + text.dropFirst().prefix { $0 != "=" }
        return (String(name), try NumPyArray(String(text.dropFirst(name.count + 1))))
      })
  }
}

extension LoadPacing.Arrivals: ExpressibleByArgument {}

extension LoadProgress {
  fileprivate var text: String {
    "\(throughput.fixed(1)) requests/s, \(unanswered) without a response"
  }
}

extension LoadReport {
  fileprivate var text: String {
    var lines = ["\(requests.counted("request")) in \(seconds.fixed(1)) s: \(ok) ok\(errorText)"]
    lines.append("throughput      \(Self.text(throughput, 1)) requests/s")
    lines.append("latency         \(Self.text(latency))")
    if let serverLatency { lines.append("  in the server \(Self.text(serverLatency))") }
    let total = stages.last { $0.name == "total" }?.milliseconds
    let parts = stages.filter { $0.name != "total" }
    if !parts.isEmpty {
      lines.append("where the server's time goes, mean of all requests")
      lines += Breakdown(parts: parts, total: total ?? parts.reduce(0) { $0 + $1.milliseconds }).lines
    }
    if let inferenceOnlyThroughput, let ratio {
      lines.append(
        "inference only  \(inferenceOnlyThroughput.fixed(1)) requests/s; end to end ÷ inference only: \(ratio.fixed(3))"
      )
    } else {
      lines.append("inference only  the server doesn't say")
    }
    if let processorSeconds {
      lines.append("load generator  \((processorSeconds * 1e6).fixed(0)) µs of CPU time a request")
    }
    return lines.joined(separator: "\n")
  }

  private var errorText: String {
    guard !errors.isEmpty else { return "" }
    let list = errors.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
    return ", \(requests - ok) failed (\(list))"
  }

  private static func text(_ value: Double?, _ digits: Int) -> String {
    value.map { $0.fixed(digits) } ?? "–"
  }

  private static func text(_ latency: Percentiles) -> String {
    "p50 \(text(latency.p50, 2))  p90 \(text(latency.p90, 2))  p99 \(text(latency.p99, 2))  max \(text(latency.max, 2)) ms"
  }
}
