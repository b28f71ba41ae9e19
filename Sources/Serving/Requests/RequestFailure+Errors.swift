import Basics
import Dataflow
import Vision

// The failures for errors of other targets.

extension RequestFailure {
  fileprivate init(_ kind: Kind, of error: any Error, retryAfter: Int? = nil) {
    self.init(kind, "\(error)", retryAfter: retryAfter)
  }

  fileprivate static func shuttingDown(_ kind: Kind) -> RequestFailure {
    RequestFailure(kind, "the server is shutting down; try another", retryAfter: 1)
  }

  fileprivate static func outOfMemory(_ error: any Error) -> RequestFailure {
    RequestFailure(.outOfMemory, of: error, retryAfter: 1)
  }
}

extension CancellationError: RequestFailureConvertible {
  var requestFailure: RequestFailure { .shuttingDown(.cancelled) }
}

extension RuntimeError: RequestFailureConvertible {
  var requestFailure: RequestFailure {
    self == .closed ? .shuttingDown(.unavailable) : RequestFailure(.internal, of: self)
  }
}

extension DeviceError: RequestFailureConvertible {
  var requestFailure: RequestFailure {
    reason == .outOfMemory ? .outOfMemory(self) : RequestFailure(.internal, of: self)
  }
}

extension EngineError: RequestFailureConvertible {
  var requestFailure: RequestFailure {
    switch self {
    case .outOfMemory: .outOfMemory(self)
    case .tooLarge, .wrongInputs: RequestFailure(.unprocessable, of: self)
    default: RequestFailure(.internal, of: self)
    }
  }
}

extension MapSizesError: RequestFailureConvertible {
  var requestFailure: RequestFailure { RequestFailure(.unprocessable, of: self) }
}

extension ImageError: RequestFailureConvertible {
  var requestFailure: RequestFailure {
    switch self {
    case .empty, .truncated, .corrupt: RequestFailure(.invalid, of: self)
    case .unknownFormat: RequestFailure(.unsupportedType, of: self)
    case .tooManyBytes: RequestFailure(.tooLarge, of: self)
    case .tooManyPixels, .unsupported, .tooSlow: RequestFailure(.unprocessable, of: self)
    case .outOfMemory: .outOfMemory(self)
    case .wrongRegion: RequestFailure(.internal, of: self)
    }
  }
}

extension InferenceOnlyError: RequestFailureConvertible {
  var requestFailure: RequestFailure { RequestFailure(.unprocessable, of: self) }
}

extension ProtobufError: RequestFailureConvertible {
  var requestFailure: RequestFailure { RequestFailure(.invalid, of: self) }
}
