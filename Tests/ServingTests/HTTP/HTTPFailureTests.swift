import Dataflow
import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import Testing
import Vision

@testable import Serving

@Suite struct HTTPFailureTests {
  struct Odd: Error {}

  private func device(_ reason: DeviceError.Reason) -> DeviceError {
    DeviceError(device: "gpu", action: "run kernel 'resize'", reason: reason, detail: "x")
  }

  @Test func statuses() {
    let expected: [(any Error, HTTPResponse.Status)] = [
      (ImageError.empty, .badRequest),
      (ImageError.truncated(.jpeg, "x"), .badRequest),
      (ImageError.corrupt(.png, "x"), .badRequest),
      (ImageError.unknownFormat(firstBytes: [1]), .unsupportedMediaType),
      (ImageError.tooManyBytes(count: 2, limit: 1), .contentTooLarge),
      (ImageError.tooManyPixels(width: 9, height: 9, limit: 1), .unprocessableContent),
      (ImageError.unsupported(.webp, "x"), .unprocessableContent),
      (ImageError.tooSlow(limitSeconds: 10), .unprocessableContent),
      (ImageError.outOfMemory, .serviceUnavailable),
      (device(.outOfMemory), .serviceUnavailable),
      (device(.lost), .internalServerError),
      (ImageError.wrongRegion, .internalServerError),
      (AdmissionError.full(concurrency: 9, retryAfter: 0), .serviceUnavailable),
      (RuntimeError.closed, .serviceUnavailable),
      (CancellationError(), .serviceUnavailable),
      (EngineError.failed(reason: "x"), .internalServerError),
      (Odd(), .internalServerError),
      (HTTPParserError.invalidVersion, .badRequest),
      (HTTPParserError.headerOverflow, .requestHeaderFieldsTooLarge),
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
    let answer = HTTPFailure(.badRequest, "a \"quoted\"\nreason").answer
    #expect(answer.status == .badRequest && answer.headers[.contentType] == "application/json")
    #expect(String(buffer: answer.body) == #"{"error":"a \"quoted\"\nreason"}"#)
    struct Unwritable: Encodable { let number = Double.nan }
    #expect(ServerResponse(json: Unwritable()).status == .internalServerError)
  }

  @Test func heads() {
    let head = HTTPFailure(RequestFailure(.unavailable, "x", retryAfter: 1)).answer.head(
      date: HTTPDate(seconds: 784_111_777))
    #expect(head.status == .serviceUnavailable)
    #expect(head.headerFields[.date] == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(head.headerFields[.contentLength] == "13" && head.headerFields[.retryAfter] == "1")
  }
}
