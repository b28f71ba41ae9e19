import NIOCore

@testable import Serving

extension BackgroundWork {
  static let testing = BackgroundWork(cores: 2)
}

extension UnsentResponses {
  static var testing: UnsentResponses {
    UnsentResponses(Limits(), of: ByteBudget(maximum: 1 << 30), background: .testing)
  }
}
