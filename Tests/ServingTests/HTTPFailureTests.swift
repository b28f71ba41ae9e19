import Dataflow
import Foundation
import HTTPTypes
import Hummingbird
import Testing
import Vision

@testable import Serving

@Suite struct HTTPFailureTests {
  struct Odd: Error {}

  @Test func statuses() {
    let expected: [(any Error, HTTPResponse.Status)] = [
      (ImageError.empty, .badRequest),
      (ImageError.truncated(.jpeg, "x"), .badRequest),
      (ImageError.corrupt(.png, "x"), .badRequest),
      (ImageError.unknownFormat(firstBytes: [1]), .unsupportedMediaType),
      (ImageError.tooManyBytes(count: 2, limit: 1), .contentTooLarge),
      (ImageError.tooManyPixels(width: 9, height: 9, limit: 1), .unprocessableContent),
      (ImageError.unsupported(.webp, "x"), .unprocessableContent),
      (ImageError.outOfMemory, .serviceUnavailable),
      (ImageError.wrongRegion, .internalServerError),
      (RuntimeError.queueFull, .serviceUnavailable),
      (RuntimeError.closed, .serviceUnavailable),
      (CancellationError(), .serviceUnavailable),
      (EngineError.failed(reason: "x"), .internalServerError),
      (Odd(), .internalServerError),
      (HTTPError(.notFound), .notFound),
      (HTTPFailure(.conflict, "x"), .conflict),
    ]
    for (error, status) in expected {
      let failure = HTTPFailure(error)
      #expect(failure.status == status, "\(error)")
      #expect(!failure.message.isEmpty)
      #expect((failure.headers[.retryAfter] != nil) == (status == .serviceUnavailable), "\(error)")
    }
  }

  @Test func bodiesAreJSON() throws {
    let response = HTTPFailure(.badRequest, "a \"quoted\"\nreason").response
    #expect(response.status == .badRequest && response.headers[.contentType] == "application/json")
    #expect(response.body.contentLength ?? 0 > 20)
    struct Unwritable: Encodable { let number = Double.nan }
    #expect(Response(json: Unwritable()).status == .internalServerError)
  }
}
