extension DeviceError {
  /// The error with advice how to run without the device, if it can't go on and others can.
  ///
  /// - Parameters:
  ///   - platform: the usable devices. One must be a CPU, which some work always needs.
  ///   - again: turns the option `--devices LIST` into an instruction for the user.
  public func advised(on platform: Platform, again: (String) -> String) -> DeviceError {
    switch reason {
    case .lost, .outOfMemory, .tooLarge: break
    case .unavailable, .doesNotBuild, .refused: return self
    }
    let others = platform.devices.filter { $0.name != device }
    guard alternative == nil, others.contains(where: { $0.kind == .cpu }) else { return self }
    var error = self
    error.alternative = again("--devices " + others.map(\.name).joined(separator: ","))
    return error
  }
}
