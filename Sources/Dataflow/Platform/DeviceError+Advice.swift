extension DeviceError {
  /// The same error; where the device can't go on and others could, with how to run without it.
  ///
  /// - Parameters:
  ///   - platform: the devices that may be used. One must be a CPU: there is always something that only it does.
  ///   - again: makes of the option `--devices LIST` what the user is to do.
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
