import Basics
import COpenVINO
import Dataflow
import Foundation

/// A model of OpenVINO, compiled once for each caller that runs it at the same time.
///
/// A compiled model with several callers hands their runs to threads of its own; with a single caller it runs
/// on that caller's thread, which costs 2 µs and not 50 (decision 9). Compiling takes 90 ms, so it happens
/// when a caller is announced, or else when more callers overlap than ever before.
///
/// Sendable: the model is constant, and a request belongs to its taker.
final class OpenVINORequests: @unchecked Sendable {
  let model: OpaquePointer
  private let path: String
  private let threads: Int32
  private let precision: Precision
  /// As many requests as keep all cores busy; further callers wait.
  private let limit: Int
  private let vacancies: DispatchSemaphore
  private let state = Locked(State())

  private struct State: @unchecked Sendable {
    var idle: [OpaquePointer] = []
    var reserved = 0
    var opened = 0
  }

  /// Takes the model, which came from `path`, and compiles it for the first caller.
  init(of model: OpaquePointer, path: String, threads: Int, precision: Precision) throws(EngineError) {
    self.model = model
    self.path = path
    self.threads = Int32(clamping: threads)
    self.precision = precision
    limit = max(1, (Platform.local.device(of: .cpu)?.cores ?? 1) / max(threads, 1))
    vacancies = DispatchSemaphore(value: limit)
    add(try open())
  }

  deinit {
    state.withLock { for request in $0.idle { openvino_request_destroy(request) } }
    openvino_model_destroy(model)
  }

  /// The number of requests.
  var count: Int { state.withLock { $0.opened } }

  /// Takes a request for the caller alone. Waits if there are as many callers as cores.
  func take() throws(EngineError) -> OpaquePointer {
    vacancies.wait()
    if let request = state.withLock({ $0.idle.popLast() }) { return request }
    do {
      return try open()
    } catch {
      vacancies.signal()
      throw error
    }
  }

  func giveBack(_ request: OpaquePointer) {
    add(request)
    vacancies.signal()
  }

  /// Announces a caller. Returns a new request, to be added, if there are fewer than announced
  /// callers and cores.
  func reserve() throws(EngineError) -> OpaquePointer? {
    let isMissing = state.withLock { state in
      state.reserved += 1
      return state.opened < min(state.reserved, limit)
    }
    return isMissing ? try open() : nil
  }

  func add(_ request: OpaquePointer) {
    state.withLock { $0.idle.append(request) }
  }

  private func open() throws(EngineError) -> OpaquePointer {
    let name = precision == .bfloat16 ? "bf16" : "f32"
    var request: OpaquePointer?
    if let reason = takeReason(openvino_request_create(model, threads, name, &request)) {
      throw .modelUnreadable(path: path, reason: reason)
    }
    guard let request else { throw .modelUnreadable(path: path, reason: "out of memory") }
    state.withLock { $0.opened += 1 }
    return request
  }
}
