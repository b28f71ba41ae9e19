import Basics
import Dataflow
import Vision

/// What errors of other targets mean to a client.

extension CancellationError: RequestFailureConvertible {
  var requestFailure: RequestFailure { .shuttingDown(.cancelled) }
}

extension RuntimeError: RequestFailureConvertible {
  var requestFailure: RequestFailure {
    self == .closed ? .shuttingDown(.unavailable) : RequestFailure(.internal, "\(self)")
  }
}

extension RequestFailure {
  fileprivate static func shuttingDown(_ kind: Kind) -> RequestFailure {
    RequestFailure(kind, "the server is shutting down; try another", retryAfter: 1)
  }

  fileprivate static func outOfMemory(_ error: any Error) -> RequestFailure {
    RequestFailure(.outOfMemory, "\(error)", retryAfter: 1)
  }
}

extension DeviceError: RequestFailureConvertible {
  var requestFailure: RequestFailure {
    reason == .outOfMemory ? .outOfMemory(self) : RequestFailure(.internal, "\(self)")
  }
}

extension EngineError: RequestFailureConvertible {
  var requestFailure: RequestFailure {
    switch self {
    case .outOfMemory: .outOfMemory(self)
    case .tooLarge, .wrongInputs: RequestFailure(.unprocessable, "\(self)")
    default: RequestFailure(.internal, "\(self)")
    }
  }
}

extension ImageError: RequestFailureConvertible {
  var requestFailure: RequestFailure {
    switch self {
    case .empty, .truncated, .corrupt: RequestFailure(.invalid, "\(self)")
    case .unknownFormat: RequestFailure(.unsupportedType, "\(self)")
    case .tooManyBytes: RequestFailure(.tooLarge, "\(self)")
    case .tooManyPixels, .unsupported, .tooSlow: RequestFailure(.unprocessable, "\(self)")
    case .outOfMemory: .outOfMemory(self)
    case .wrongRegion: RequestFailure(.internal, "\(self)")
    }
  }
}

extension InferenceOnlyError: RequestFailureConvertible {
  var requestFailure: RequestFailure { RequestFailure(.unprocessable, "\(self)") }
}

extension ProtobufError: RequestFailureConvertible {
  var requestFailure: RequestFailure { RequestFailure(.invalid, "\(self)") }
}
