import Basics
import Dataflow
import HTTPTypes
import Testing
import Vision

@testable import Serving

/// Each error means the same for HTTP, for gRPC and for those who count outcomes.
@Suite struct RequestFailureTests {
  private struct Odd: Error {}

  private static let lost = DeviceError(device: "gpu", action: "run", reason: .lost, detail: "x")
  private static let full = DeviceError(device: "gpu", action: "run", reason: .outOfMemory, detail: "x")

  @Test(
    arguments: [
      (ImageError.empty, 400, 3, .invalid),
      (ImageError.unknownFormat(firstBytes: [1]), 415, 3, .invalid),
      (ImageError.tooManyBytes(count: 2, limit: 1), 413, 8, .invalid),
      (ImageError.tooSlow(limitSeconds: 10), 422, 3, .invalid),
      (ImageError.outOfMemory, 503, 14, .failed),
      (ImageError.wrongRegion, 500, 13, .failed),
      (EngineError.wrongInputs(expected: "a", found: "b"), 422, 3, .invalid),
      (EngineError.outOfMemory(bytes: nil), 503, 14, .failed),
      (EngineError.failed(reason: "x"), 500, 13, .failed),
      (lost, 500, 13, .failed),
      (full, 503, 14, .failed),
      (RuntimeError.closed, 503, 14, .refused),
      (RuntimeError.noInputs, 500, 13, .failed),
      (CancellationError(), 503, 14, .cancelled),
      (ProtobufError.breaksOff, 400, 3, .invalid),
      (AdmissionError.full(concurrency: 9, retryAfter: 0), 503, 8, .refused),
      (AdmissionError.tooLate(expected: 9, timeout: 1), 503, 8, .refused),
      (AdmissionError.expired(waited: 9), 504, 4, .expired),
      (InferenceRequestError.malformed("x"), 400, 3, .invalid),
      (InferenceRequestError.unfit("x"), 422, 3, .invalid),
      (OutputNotInJSON(name: "y", reason: "is of FP16"), 422, 3, .invalid),
      (RepositoryError.unknown("m", repository: nil), 404, 5, .invalid),
      (RepositoryError.noFiles("m"), 400, 3, .invalid),
      (LoadFailure(model: "m", version: 1, reason: "x", served: nil), 400, 3, .invalid),
      (RequestFailure(.tooSlow, "x"), 408, 4, .invalid),
      (RequestFailure(.unauthenticated, "x"), 401, 16, .invalid),
      (RequestFailure(.conflict, "x"), 409, 3, .invalid),
      (RequestFailure(.unavailable, "x"), 503, 14, .refused),
      (Odd(), 500, 13, .failed),
    ] as [(any Error, Int, Int, RequestRecord.Outcome)])
  func meanings(error: any Error, status: Int, code: Int, outcome: RequestRecord.Outcome) {
    #expect(HTTPFailure(error).status.code == status, "\(error)")
    #expect(GRPCStatus(error).code.rawValue == code, "\(error)")
    #expect(RequestRecord.Outcome(error) == outcome, "\(error)")
    #expect(HTTPFailure(error).message == GRPCStatus(error).message && !GRPCStatus(error).message.isEmpty)
  }

  @Test(arguments: [(0, 1), (1_500_000_000, 2), (600_000_000_000, 60)] as [(Nanoseconds, Int)])
  func pauses(time: Nanoseconds, seconds: Int) {
    let failure = RequestFailure(AdmissionError.full(concurrency: 1, retryAfter: time))
    #expect(failure.retryAfter == seconds && HTTPFailure(failure).headers[.retryAfter] == "\(seconds)")
  }

  @Test func whoHasNoTokenIsToldWhatToSend() {
    #expect(HTTPFailure(RequestFailure(.unauthenticated, "x")).headers[.wwwAuthenticate] == "Bearer")
  }
}
