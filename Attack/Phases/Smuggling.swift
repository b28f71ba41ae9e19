import Basics
import Foundation
import TestSupport
import Wire

extension Phase {
  /// Requests that mean different things to different readers (RFC 9112, 11.2): each is refused, or read in the one way that the
  /// standard says, also if it comes in pieces.
  static let smuggling = Phase(name: "smuggling") { run in
    let forms = SmuggledForm.all
    try run.rounds(threads: 2) { random in
      for form in run.some(forms.shuffled(using: &random)) {
        let connection = try RawConnection(port: run.target.server.port)
        // What is refused may be closed before all of it is sent.
        try? form.send(over: connection, inPieces: Bool.random(using: &random), using: &random)
        connection.finish()
        let (data, hasEnded) = connection.receiveAll(within: PhaseRun.patience)
        let answers = Answers(data)
        run.count("forms")
        run.expect(hasEnded, "'\(form.name)' is left open")
        run.expect(
          form.isRight(answers),
          "'\(form.name)' is answered by \(answers.statuses): \(String(decoding: data.suffix(200), as: UTF8.self))"
        )
        guard run.hasTime || run.isShort else { break }
      }
    }
  }
}

/// A request that isn't clear, and what may come of it.
struct SmuggledForm: Sendable {
  enum Meaning: Sendable {
    /// By one answer, and nothing behind it is read.
    case refused
    /// As so many requests, all of them good.
    case read(Int)
    /// Either of them, but nothing else.
    case refusedOrRead(Int)
    /// By any one answer: its path, method or protocol are what is odd, and it ends where it says.
    case one
  }

  let name: String
  let bytes: Data
  let meaning: Meaning

  func send(over connection: RawConnection, inPieces: Bool, using random: inout SeededGenerator) throws {
    let cut = inPieces ? Int.random(in: 0...min(bytes.count, 400), using: &random) : 0
    for part in [bytes.prefix(cut), bytes.dropFirst(cut)] where !part.isEmpty {
      try connection.send(Data(part))
      if inPieces { usleep(2000) }
    }
  }

  func isRight(_ answers: Answers) -> Bool {
    let statuses = answers.statuses.filter { $0 >= 200 }
    let isRefused =
      statuses.isEmpty || statuses.count == 1 && (400...505).contains(statuses[0]) && statuses[0] != 500
    func isRead(_ count: Int) -> Bool { statuses.count == count && statuses.allSatisfy { $0 == 200 } }
    return switch meaning {
    case .refused: isRefused
    case .read(let count): isRead(count)
    case .refusedOrRead(let count): isRefused || isRead(count)
    case .one: statuses.count <= 1 && statuses.first != 500
    }
  }
}
