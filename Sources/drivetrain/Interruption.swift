import Foundation
import Synchronization

/// Whether somebody has asked the program to stop: Ctrl-C or SIGTERM. A second time stops it at once.
enum Interruption {
  fileprivate static let asked = Atomic<Bool>(false)

  static var isAsked: Bool { asked.load(ordering: .relaxed) }

  /// From now on the signals are remembered and no longer end the program.
  static func listen() {
    // Whoever started the program may have blocked them: threads of libdispatch do.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    signal(SIGINT, remember)
    signal(SIGTERM, remember)
  }
}

private func remember(_ number: Int32) {
  Interruption.asked.store(true, ordering: .relaxed)
  signal(number, SIG_DFL)
}
