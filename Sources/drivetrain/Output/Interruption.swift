import Foundation
import Synchronization

/// Requests to stop the program: Ctrl-C, a closed terminal, or a signal of the machine's manager.
enum Interruption {
  fileprivate static let asked = Atomic<Int32>(0)
  fileprivate static let interrupts = Atomic<Int>(0)
  fileprivate static let saves = Atomic<Bool>(false)

  private static let names: [Int32: String] = [
    SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP", SIGXCPU: "SIGXCPU", SIGUSR1: "SIGUSR1",
    SIGUSR2: "SIGUSR2",
  ]

  static var isAsked: Bool { asked.load(ordering: .relaxed) != 0 }

  /// The name of the first such signal; `nil` if there was none.
  static var signal: String? { names[asked.load(ordering: .relaxed)] }

  /// Records Ctrl-C and SIGTERM instead of ending the program; the second one ends it.
  ///
  /// - Parameter saving: whether the program must save first. It then records every signal that would end it,
  ///   and only a third Ctrl-C ends it at once. Writing to a closed pipe, or beyond a file's size limit,
  ///   becomes an error of writing.
  static func listen(saving: Bool = false) {
    saves.store(saving, ordering: .relaxed)
    let numbers = saving ? Array(names.keys) : [SIGINT, SIGTERM]
    // The parent process may have blocked them: threads of libdispatch do.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in numbers { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    for number in numbers {
      var before = sigaction()
      // `nohup` has it ignored.
      if number == SIGHUP, sigaction(number, nil, &before) == 0, isIgnored(before) { continue }
      Foundation.signal(number, remember)
    }
    guard saving else { return }
    Foundation.signal(SIGPIPE, SIG_IGN)
    Foundation.signal(SIGXFSZ, SIG_IGN)
  }

  private static func isIgnored(_ action: sigaction) -> Bool {
    unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}

private func remember(_ number: Int32) {
  _ = Interruption.asked.compareExchange(expected: 0, desired: number, ordering: .relaxed)
  guard Interruption.saves.load(ordering: .relaxed) else {
    signal(number, SIG_DFL)
    return
  }
  guard number == SIGINT else { return }
  switch Interruption.interrupts.add(1, ordering: .relaxed).newValue {
  case 1: tell("\ndrivetrain: stopping; the progress will be saved\n")
  case 2: tell("\ndrivetrain: still saving; once more ends it at once, and unsaved progress is lost\n")
  default:
    signal(SIGINT, SIG_DFL)
    raise(SIGINT)
  }
}

/// Writes as a signal handler may.
private func tell(_ text: StaticString) { _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount) }
