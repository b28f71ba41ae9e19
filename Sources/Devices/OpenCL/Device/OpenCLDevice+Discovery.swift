import COpenCL
import Dataflow

extension OpenCLDevice {
  /// Every device of every platform, and the failing drivers, platforms and devices.
  private static let local = discover()

  /// Adds OpenCL devices to `Platform.local`.
  public static func register() { Platform.register(.opencl) { local } }

  private static func discover() -> Discovery {
    let library: OpenCLLibrary
    switch OpenCLLibrary.shared {
    case .success(let loaded): library = loaded
    case .failure(let reason): return Discovery(unavailable: [reason])
    }
    var discovery = Discovery(unavailable: OpenCLDriver.unavailable)
    for platform in platforms(library, &discovery) {
      let name = OpenCLLibrary.text {
        library.functions.GetPlatformInfo(platform, UInt32(OCL_PLATFORM_NAME), $0, $1, $2)
      }
      let version = OpenCLLibrary.text {
        library.functions.GetPlatformInfo(platform, UInt32(OCL_PLATFORM_VERSION), $0, $1, $2)
      }
      let (found, code) = list { library.functions.GetDeviceIDs(platform, ocl_device_type_all, $0, $1, $2) }
      if found.isEmpty {
        let reason =
          code == 0 || code == OCL_DEVICE_NOT_FOUND ? "it has no device" : "\(OpenCLCode(number: code))"
        discovery.unavailable.append(UnavailableDevice(name: "OpenCL platform '\(name)'", reason: reason))
      }
      var models: [String: Int] = [:]
      for device in found {
        let model = DeviceQuery(library, device).text(OCL_DEVICE_NAME)
        let description = describe(
          DeviceQuery(library, device), name: "opencl:\(discovery.devices.count)", platform: version,
          ordinal: models[model, default: 0])
        models[model, default: 0] += 1
        discovery.devices.append(OpenCLDevice(library, OpenCLHandle(pointer: device), description))
      }
    }
    return discovery
  }

  private static func platforms(_ library: OpenCLLibrary, _ discovery: inout Discovery) -> [OpaquePointer] {
    let (platforms, code) = list { library.functions.GetPlatformIDs($0, $1, $2) }
    let isEmpty = code == 0 || code == OCL_PLATFORM_NOT_FOUND
    if platforms.isEmpty, discovery.unavailable.isEmpty {
      discovery.unavailable.append(
        UnavailableDevice(
          name: "OpenCL",
          reason: isEmpty
            ? "no driver is installed; Scripts/setup installs one for the CPU" : "\(OpenCLCode(number: code))"
        ))
    }
    return platforms
  }

  /// The handles of a listing function, and its error code.
  private static func list(
    _ get: (UInt32, UnsafeMutablePointer<OpaquePointer?>?, UnsafeMutablePointer<UInt32>?) -> Int32
  ) -> ([OpaquePointer], Int32) {
    var count: UInt32 = 0
    let code = get(0, nil, &count)
    guard code == 0, count > 0 else { return ([], code) }
    var items = [OpaquePointer?](repeating: nil, count: Int(count))
    let end = get(count, &items, nil)
    return (end == 0 ? items.compactMap { $0 } : [], end)
  }

  /// - Parameter ordinal: the number of earlier devices of the same model on the platform. It identifies a
  ///   processor that two platforms list.
  private static func describe(
    _ query: DeviceQuery, name: String, platform: String, ordinal: Int
  ) -> Description {
    let model = query.text(OCL_DEVICE_NAME)
    let isCPU = query.number(OCL_DEVICE_TYPE, as: UInt64.self) & ocl_device_type_cpu != 0
    let lanes = Int(query.number(OCL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT, as: UInt32.self))
    return Description(
      name: name, model: model,
      driver: [platform, query.text(OCL_DEVICE_VERSION), query.text(OCL_DRIVER_VERSION)].joined(
        separator: ", "),
      processor: isCPU ? CPUDevice.ownProcessor : ordinal == 0 ? model : "\(model) #\(ordinal + 1)",
      cores: Int(query.number(OCL_DEVICE_MAX_COMPUTE_UNITS, as: UInt32.self)), vectorBits: max(lanes, 1) * 32,
      memoryBytes: Int(clamping: query.number(OCL_DEVICE_GLOBAL_MEM_SIZE, as: UInt64.self)),
      largestBuffer: Int(clamping: query.number(OCL_DEVICE_MAX_MEM_ALLOC_SIZE, as: UInt64.self)),
      largestGroup: query.number(OCL_DEVICE_MAX_WORK_GROUP_SIZE, as: Int.self))
  }
}

/// Queries a device's properties.
private struct DeviceQuery {
  private let library: OpenCLLibrary
  private let device: OpaquePointer

  init(_ library: OpenCLLibrary, _ device: OpaquePointer) {
    self.library = library
    self.device = device
  }

  func text(_ name: Int) -> String {
    OpenCLLibrary.text { library.functions.GetDeviceInfo(device, UInt32(name), $0, $1, $2) }
  }

  /// 0 if the device doesn't report it.
  func number<Number: FixedWidthInteger>(_ name: Int, as type: Number.Type) -> Number {
    var number = Number.zero
    let code = library.functions.GetDeviceInfo(device, UInt32(name), MemoryLayout<Number>.size, &number, nil)
    return code == 0 ? number : 0
  }
}
