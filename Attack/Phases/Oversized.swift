import Foundation
import TestSupport
import Wire

extension Phase {
  /// Requests whose answers or contents are out of proportion: each is answered as one that may be, or refused.
  static let oversized = Phase(name: "oversized", weight: 1.5) { run in
    let bodies = Self.bodies(isShort: run.isShort)
    let messages = Self.messages(isShort: run.isShort)
    try run.rounds(threads: run.isShort ? 2 : 4) { random in
      if let (name, body) = bodies.randomElement(using: &random) {
        let response = try run.target.connect().request("POST", WideNetwork.path, body: body)
        run.count("bodies answered by \(response.status)")
        run.expect(
          response.status < 500 || response.status == 503 || response.status == 504,
          "\(name) is answered by \(response.status): \(response.error)")
        run.expect(!name.hasPrefix("refused") || response.status >= 400, "\(name) is answered")
      }
      if let (name, message) = messages.randomElement(using: &random) {
        let connection = try HTTP2Connection(port: run.target.server.port)
        let id = try connection.call(WideNetwork.infer)
        try connection.send(HTTP2Connection.frame(message), on: id, ends: true)
        let answer = try connection.response(on: id, within: 60)
        let status = answer[trailer: "grpc-status"] ?? "none"
        run.count("messages answered by \(status)")
        run.expect(
          !["none", "2", "13"].contains(status), "\(name) is answered by \(status): \(answer.trailers)")
        run.expect(!name.hasPrefix("refused") || status != "0", "\(name) is answered")
      }
    }
  }

  private static func bodies(isShort: Bool) -> [(String, Data)] {
    let scale = isShort ? 10 : 1
    func body(_ outputs: String, _ rest: String = "") -> Data {
      Data(
        #"{"inputs":[{"name":"image","shape":[1,3,1,1],"datatype":"FP32","data":[1,2,3]}],"outputs":[\#(outputs)]\#(rest)}"#
          .utf8)
    }
    func many(_ text: String, _ count: Int) -> String {
      repeatElement(text, count: count).joined(separator: ",")
    }
    let deep = 1_000_000 / scale
    return [
      ("refused: an output 300 times", body(many(#"{"name":"scores"}"#, 300))),
      ("refused: an output 100,000 times", body(many(#"{"name":"scores"}"#, 100_000 / scale))),
      ("refused: 4096 rows", WideNetwork.json(rows: 4096)),
      ("refused: 4096 rows in JSON", WideNetwork.json(rows: 4096, isBinary: false)),
      ("1024 rows", WideNetwork.json(rows: 1024 / scale)),
      ("300 rows in JSON", WideNetwork.json(rows: 300 / scale, isBinary: false)),
      ("refused: deep lists", Data(#"{"inputs":\#(String(repeating: "[", count: deep))"#.utf8)),
      ("refused: deep objects", Data(String(repeating: #"{"a":"#, count: deep).utf8)),
      (
        "deep lists that nobody reads",
        body("", #","x":\#(String(repeating: "[", count: 400) + String(repeating: "]", count: 400))"#)
      ),
      ("a long id", body("", #","id":"\#(String(repeating: "\\u0001", count: deep))""#)),
      (
        "many parameters",
        body("", #","parameters":{\#((0..<deep / 10).map { "\"p\($0)\":1" }.joined(separator: ","))}"#)
      ),
      ("refused: many inputs", Data(#"{"inputs":[\#(many("{}", deep / 3))]}"#.utf8)),
      (
        "refused: a huge shape",
        Data(
          #"{"inputs":[{"name":"image","shape":[9223372036854775807,3,1,1],"datatype":"FP32","data":[1,2,3]}]}"#
            .utf8)
      ),
      (
        "refused: many extents",
        Data(
          #"{"inputs":[{"name":"image","shape":[\#(many("1", deep))],"datatype":"FP32","data":[1,2,3]}]}"#
            .utf8)
      ),
    ]
  }

  private static func messages(isShort: Bool) -> [(String, Data)] {
    let scale = isShort ? 10 : 1
    func plus(_ rows: Int, _ add: (inout ProtocolBuffer) -> Void) -> Data {
      var more = ProtocolBuffer()
      add(&more)
      return WideNetwork.message(rows: rows) + more.bytes
    }
    func many(_ count: Int, _ field: [UInt8]) -> Data {
      Data(repeatElement(field, count: count).joined())
    }
    return [
      (
        "refused: an output 300 times",
        plus(1) { all in for _ in 0..<300 { all.add(6) { $0.add(1, "scores") } } }
      ),
      ("refused: 4096 rows", WideNetwork.message(rows: 4096)),
      ("1024 rows", WideNetwork.message(rows: 1024 / scale)),
      ("refused: empty parameters", WideNetwork.message(rows: 1) + many((16 << 20) / scale, [0x22, 0])),
      ("refused: empty outputs", WideNetwork.message(rows: 1) + many((16 << 20) / scale, [0x32, 0])),
      ("refused: empty raw contents", WideNetwork.message(rows: 1) + many((4 << 20) / scale, [0x3A, 0])),
      ("refused: unknown fields", WideNetwork.message(rows: 1) + many((16 << 20) / scale, [0x78, 1])),
      ("a long id", WideNetwork.message(rows: 1, id: String(repeating: "i", count: (8 << 20) / scale))),
      (
        "refused: a huge shape",
        plus(1) {
          $0.add(5) {
            $0.add(1, "image")
            $0.add(3, Int.max)
            $0.add(3, Int.max)
          }
        }
      ),
    ]
  }
}
