import Basics
import Dataflow
import Foundation
import Kernels
import Planning

/// An event file for TensorBoard: TensorFlow's records of `Event` messages with scalars.
///
/// Source: TensorFlow's `tsl/lib/io/record_writer.h` for the records' frame, `event.proto` and
/// `summary.proto` for their content. Used by one thread at a time.
public final class TensorBoardWriter {
  private let file: AppendedFile

  public var path: String { file.path }

  /// Begins a new file in a run's folder; TensorBoard joins all files there.
  ///
  /// - Parameters:
  ///   - folder: an existing folder.
  ///   - step: a resumed run's last saved step; TensorBoard then drops later steps of other files.
  /// - Throws: `FileError`.
  public init(folder: String, resumingAt step: Int? = nil, at time: Date = Date()) throws {
    file = try Self.create(in: folder, time)
    let version = Event(time: time, step: 0, .fileVersion)
    let restart = step.map { Event(time: time, step: $0 + 1, .sessionStart) }
    try file.append(([version] + [restart].compactMap { $0 }).flatMap { Self.frame($0.message) })
  }

  /// - Throws: `FileError`; the file then ends with the previous record.
  public func write(_ record: MetricsRecord, at time: Date = Date()) throws {
    try file.append(Self.frame(Event(time: time, step: record.step, .scalars(record.values)).message))
  }

  /// Makes a file named as TensorFlow's; sorted by name, files are in the order of their beginnings.
  private static func create(in folder: String, _ time: Date) throws -> AppendedFile {
    let seconds = String(format: "%010d", Int(time.timeIntervalSince1970))
    let host = ProcessInfo.processInfo.hostName.replacing("/", with: "_")
    let stem = "\(folder)/events.out.tfevents.\(seconds).\(host).\(ProcessInfo.processInfo.processIdentifier)"
    var number = 0
    while FileManager.default.fileExists(atPath: "\(stem).\(number)") { number += 1 }
    return try AppendedFile(path: "\(stem).\(number)", .new)
  }

  /// Length, its checksum, the message, its checksum; all little endian.
  static func frame(_ message: [UInt8]) -> [UInt8] {
    func little(_ number: some FixedWidthInteger) -> [UInt8] {
      withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
    let length = little(UInt64(message.count))
    return length + little(maskedChecksum(length)) + message + little(maskedChecksum(message))
  }

  /// A masked checksum, as a checksum of data with their own checksums is weak.
  private static func maskedChecksum(_ bytes: [UInt8]) -> UInt32 {
    let checksum = bytes.withUnsafeBytes { CRC32C.fastest.extend(by: $0) }
    return (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
  }
}

/// TensorFlow's message `Event`.
private struct Event {
  enum Content {
    case fileVersion
    case sessionStart
    case scalars([Metric: Double])
  }

  let message: [UInt8]

  init(time: Date, step: Int, _ content: Content) {
    var event = ProtobufWriter()
    event.add(1, double: time.timeIntervalSince1970)
    event.add(2, step)
    switch content {
    case .fileVersion: event.add(3, "brain.Event:2")
    case .sessionStart: event.add(7) { $0.add(1, 1) }
    case .scalars(let values):
      event.add(5) { summary in
        for (metric, value) in values.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
          summary.add(1) {
            $0.add(1, metric.rawValue)
            $0.add(2, float: Float(value))
          }
        }
      }
    }
    message = event.bytes
  }
}
