import Basics
import Dataflow

/// The spans of requests in OpenTelemetry's JSON: one for the request, and a child for each part of its time.
struct OTLPSpans {
  let service: String
  /// Nanoseconds from 1970 to the start of the monotonic clock.
  let epoch: UInt64

  /// Maximum images of a request whose stages have spans; requests may have thousands.
  private static let maximumParts = 16

  /// The number of a request's spans.
  static func count(of record: RequestRecord) -> Int {
    var count = 1
    for part in record.parts.prefix(maximumParts) {
      guard let attribution = part.attribution else { continue }
      for stage in attribution.stages {
        count += (stage.queue > 0 ? 1 : 0) + (stage.transfer > 0 ? 1 : 0) + (stage.compute > 0 ? 1 : 0)
      }
    }
    return count
  }

  /// The body of an export.
  func json(_ records: [RequestRecord]) -> String {
    var json = JSONText(capacity: 256 + records.count * 4096)
    json.object { json in
      json.array("resourceSpans") { json in
        json.object { json in
          json.object("resource") { json in
            json.array("attributes") { json in
              Self.attribute("service.name", service, to: &json)
              Self.attribute("service.version", Version.current, to: &json)
            }
          }
          json.array("scopeSpans") { json in
            json.object { json in
              json.object("scope") { json in
                json.value("name", "drivetrain")
                json.value("version", Version.current)
              }
              json.array("spans") { json in
                for record in records { write(record, to: &json) }
              }
            }
          }
        }
      }
    }
    return json.text
  }

  private func write(_ record: RequestRecord, to json: inout JSONText) {
    guard let span = record.span else { return }
    let end = max(record.arrival, record.completion)
    json.object { json in
      write(span.context, span.context.span, below: span.parent, to: &json)
      json.value("name", "infer \(record.model)")
      json.value("kind", 2)  // Server.
      write(record.arrival, end, to: &json)
      json.array("attributes") { json in
        Self.attribute("drivetrain.model", record.model, to: &json)
        Self.attribute("drivetrain.version", record.version, to: &json)
        Self.attribute("drivetrain.outcome", record.outcome.rawValue, to: &json)
        Self.attribute("drivetrain.items", record.parts.count, to: &json)
        Self.attribute("drivetrain.bytes", record.parts.reduce(0) { $0 + $1.bytes }, to: &json)
      }
      json.object("status") { json in
        // Clients' mistakes are no errors of a server, by OpenTelemetry's conventions.
        switch record.outcome {
        case .ok, .invalid, .cancelled: json.value("code", 0)
        case .refused, .expired, .failed: json.value("code", 2)
        }
      }
    }
    for (index, part) in record.parts.prefix(Self.maximumParts).enumerated() {
      guard let attribution = part.attribution else { continue }
      var begin = record.arrival
      for piece in attribution.pieces {
        json.object { json in
          write(span.context, .random(), below: span.context.span, to: &json)
          json.value("name", piece.name)
          json.value("kind", 1)  // Internal.
          write(begin, begin + piece.time, to: &json)
          json.array("attributes") { json in
            Self.attribute("drivetrain.stage", piece.stage, to: &json)
            if record.parts.count > 1 { Self.attribute("drivetrain.item", index, to: &json) }
          }
        }
        begin += piece.time
      }
    }
  }

  private func write(
    _ context: TraceContext, _ span: TraceContext.SpanID, below parent: TraceContext.SpanID?,
    to json: inout JSONText
  ) {
    json.value("traceId", context.trace.text)
    json.value("spanId", span.text)
    if let parent { json.value("parentSpanId", parent.text) }
    if !context.state.isEmpty { json.value("traceState", context.state) }
  }

  /// As text: JSON has no 64-bit integers.
  private func write(_ begin: Nanoseconds, _ end: Nanoseconds, to json: inout JSONText) {
    json.value("startTimeUnixNano", String(epoch &+ begin))
    json.value("endTimeUnixNano", String(epoch &+ end))
  }

  private static func attribute(_ key: String, _ value: String, to json: inout JSONText) {
    json.object { json in
      json.value("key", key)
      json.object("value") { $0.value("stringValue", value) }
    }
  }

  private static func attribute(_ key: String, _ value: Int, to json: inout JSONText) {
    json.object { json in
      json.value("key", key)
      json.object("value") { $0.value("intValue", String(value)) }
    }
  }
}

extension Attribution {
  /// The parts of an item's time in their order: for each stage waiting, moving data, and computing, where it
  /// did.
  fileprivate var pieces: [(name: String, stage: String, time: Nanoseconds)] {
    stages.flatMap { stage in
      [
        ("queue", stage.name, stage.queue), ("transfer", stage.name, stage.transfer),
        (stage.name, stage.name, stage.compute),
      ]
      .filter { $0.2 > 0 }
    }
  }
}
