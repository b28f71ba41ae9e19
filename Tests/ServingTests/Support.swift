import NIOCore

@testable import Serving

extension BackgroundWork {
  static let testing = BackgroundWork(cores: 2)
}

extension UnsentAnswers {
  static var testing: UnsentAnswers {
    UnsentAnswers(Limits(), of: ByteBudget(maximum: 1 << 30), background: .testing)
  }
}
