/// A command that knows remedies for some errors.
protocol AdvisingCommand {
  /// The same error, with a remedy.
  func advised(_ error: any Error) -> any Error
}

/// A command about an application.
protocol ApplicationCommand: AdvisingCommand {
  var options: ApplicationOptions { get }
}

extension ApplicationCommand {
  func advised(_ error: any Error) -> any Error { options.advised(error) }
}

/// A command that runs by a plan.
protocol PlannedCommand: AdvisingCommand {
  var planned: PlanOption { get }
}

extension PlannedCommand {
  func advised(_ error: any Error) -> any Error { planned.advised(error) }
}
