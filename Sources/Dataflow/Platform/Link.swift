/// A connection of two devices. Data moves both ways at the same time, one transfer after the other each way.
public struct Link: Sendable, Hashable {
  /// The names of the devices.
  public let ends: Set<String>
  /// Bytes a second, each way.
  public let bandwidth: Double
  /// The fixed time of a transfer, in seconds.
  public let latency: Double

  public init(_ a: String, _ b: String, bandwidth: Double, latency: Double = 0) {
    ends = [a, b]
    self.bandwidth = bandwidth
    self.latency = latency
  }
}

extension Platform {
  /// The path of data from one device to another: a link, or two by way of the host. Empty without one.
  public func route(from source: String, to target: String) -> [Link] {
    func link(_ a: String, _ b: String) -> Link? { links.first { $0.ends == [a, b] } }
    if let direct = link(source, target) { return [direct] }
    guard let host = device(of: .cpu)?.name, let up = link(source, host), let down = link(host, target) else {
      return []
    }
    return [up, down]
  }
}
