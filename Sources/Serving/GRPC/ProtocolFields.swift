/// The numbers of the protocols' fields, by message.
///
/// Source: *open_inference_grpc.proto* of the Open Inference Protocol, with Triton's extensions in
/// *grpc_service.proto* and *model_config.proto*; *health.proto* of gRPC.
enum ProtocolFields {
  enum InferRequest {
    static let modelName = 1, modelVersion = 2, id = 3, parameters = 4, inputs = 5, outputs = 6
    static let rawInputContents = 7
  }

  enum InferResponse {
    static let modelName = 1, modelVersion = 2, id = 3, parameters = 4, outputs = 5, rawOutputContents = 6
  }

  enum StreamInferResponse {
    static let errorMessage = 1, inferResponse = 2
  }

  /// Fields of inputs, requested outputs and outputs, and of a model's metadata.
  enum Tensor {
    static let name = 1, datatype = 2, shape = 3
  }

  enum InputTensor {
    static let parameters = 4, contents = 5
  }

  enum RequestedOutput {
    static let name = 1, parameters = 2
  }

  enum MapEntry {
    static let key = 1, value = 2
  }

  enum Parameter {
    static let bool = 1, int64 = 2, string = 3, double = 4, uint64 = 5
  }

  /// Fields of requests about one model.
  enum ModelRequest {
    static let name = 1, version = 2
  }

  /// Fields of the responses to `ServerLive`, `ServerReady`, `ModelReady` and `Health/Check`.
  enum Health {
    static let isWell = 1, service = 1
  }

  enum ServerMetadata {
    static let name = 1, version = 2, extensions = 3
  }

  enum ModelMetadata {
    static let name = 1, versions = 2, platform = 3, inputs = 4, outputs = 5
  }

  enum ModelConfig {
    static let config = 1
    static let name = 1, platform = 2, maximumBatch = 4, input = 5, output = 6, dynamicBatching = 11
    static let backend = 17
    /// Fields of an input or output.
    static let tensorName = 1, dataType = 2, inputDimensions = 4, outputDimensions = 3
  }

  enum Statistics {
    static let models = 1
    static let name = 1, version = 2, lastInference = 3, inferences = 4, executions = 5, durations = 6
    /// Fields of each of the durations, which are numbered from 1.
    static let firstDuration = 1, count = 1, nanoseconds = 2
  }

  enum RepositoryIndex {
    static let repository = 1, ready = 2
    static let models = 1
    static let name = 1, version = 2, state = 3, reason = 4
  }

  enum RepositoryChange {
    static let repository = 1, model = 2, parameters = 3
  }
}
