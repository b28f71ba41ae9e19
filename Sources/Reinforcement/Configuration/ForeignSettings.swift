import Basics
import Dataflow

/// Settings in the style of Stable-Baselines3, RL Zoo and other libraries.
///
/// Equivalents are translated: `n_timesteps` to `steps`, `policy_kwargs` to `hidden` and `activation`.
/// Settings with the only value supported here, such as `policy: MlpPolicy`, are accepted. Anything else is
/// refused, with the name in use here.
enum ForeignSettings {
  /// Settings by their names here.
  ///
  /// - Parameter known: this program's own names.
  /// - Throws: `ConfigurationError` for an untranslatable setting.
  static func translated(_ key: String, _ value: ConfigurationNode, known: [String])
    throws(ConfigurationError)
    -> [(key: String, value: ConfigurationNode)]
  {
    switch key {
    case "train_freq": return [(key, try steps(value))]
    case "learning_rate", "exploration_fraction":
      if let text = try? value.string(), text.hasPrefix("lin_") {
        throw value.error(
          "\(value.path) is '\(text)': it can't change over the steps here; give a number, such as \(text.dropFirst(4))"
        )
      }
      return [(key, value)]
    case "policy_kwargs" where !known.contains(key): return try policy(value)
    default:
      if known.contains(key) { return [(key, value)] }
      if let name = synonyms[key], known.contains(name) { return [(name, value.named("'\(key)'"))] }
      if let (values, reason) = fixed[key] {
        let text = (try? value.string()) ?? (try? value.list()).map { $0.isEmpty ? "[]" : "…" } ?? "…"
        guard values.isEmpty || values.contains(text.lowercased()) else {
          throw value.error("\(value.path) can't be \(text.printable(atMost: 60)): \(reason)")
        }
        return []
      }
      throw value.error("unknown key '\(key.printable(atMost: 60))'\(place(value)); \(hint(key, known))")
    }
  }

  /// The hint for an unknown key.
  static func hint(_ key: String, _ known: [String]) -> String {
    if let name = (synonyms[key] ?? others[key]).flatMap({ known.contains($0) ? $0 : nil }) {
      return "it is called '\(name)' here"
    }
    if let reason = absent[key] { return reason }
    if let owner = owners(of: synonyms[key] ?? key), !owner.isEmpty {
      return "it is a setting of \(owner.joined(separator: " and ")) only"
    }
    return key.hint(among: known, otherwise: "Documentation/Training.md lists all there are")
  }

  /// Translated names.
  private static let synonyms = [
    "n_timesteps": "steps", "total_timesteps": "steps", "n_steps": "n_step", "net_arch": "hidden",
    "env": "environment", "env_id": "environment", "algo": "algorithm",
  ]

  /// Names of other libraries with slightly different meanings: they appear only in hints.
  private static let others = [
    "lr": "learning_rate", "batch": "batch_size", "memory_size": "buffer_size", "replay_size": "buffer_size",
    "replay_buffer_size": "buffer_size", "discount": "gamma", "discount_factor": "gamma",
    "start_e": "exploration_initial_eps", "end_e": "exploration_final_eps",
    "eps_start": "exploration_initial_eps",
    "eps_end": "exploration_final_eps", "epsilon": "exploration_final_eps",
    "target_network_frequency": "target_update_interval", "target_update_freq": "target_update_interval",
    "target_update": "target_update_interval", "train_frequency": "train_freq",
    "policy_frequency": "policy_delay",
    "policy_freq": "policy_delay", "exploration_noise": "noise_std", "action_noise": "noise_type",
    "policy_noise": "target_policy_noise", "noise_clip": "target_noise_clip", "polyak": "tau",
    "max_steps": "steps", "total_steps": "steps", "timesteps": "steps", "num_timesteps": "steps",
    "eval_episodes": "n_eval_episodes", "num_eval_episodes": "n_eval_episodes", "eval_interval": "eval_freq",
    "save_interval": "save_freq", "checkpoint_freq": "save_freq", "log_interval": "log_freq",
    "hidden_sizes": "hidden", "hidden_size": "hidden", "hidden_dim": "hidden", "layers": "hidden",
    "activation_fn": "activation", "env_name": "environment", "max_gradient_norm": "max_grad_norm",
    "warmup_steps": "learning_starts", "start_steps": "learning_starts", "double_q": "double",
  ]

  /// Settings with one supported behaviour: the accepted values, any if empty, and the reason.
  private static let fixed: [String: (values: [String], reason: String)] = [
    "policy": (["mlppolicy"], "networks are perceptrons here; 'hidden' says of which layers"),
    "policy_class": (["mlppolicy"], "networks are perceptrons here; 'hidden' says of which layers"),
    "n_envs": (["1"], "one environment is stepped"),
    "normalize": (["false"], "nothing is normalised here"),
    "frame_stack": (["1"], "observations are taken as they are"),
    "env_wrapper": (["[]", "null", "~", "", "none"], "environments are taken as they are"),
    "vec_env_wrapper": (["[]", "null", "~", "", "none"], "environments are taken as they are"),
    "callback": (
      ["[]", "null", "~", "", "none"], "there are none; eval_freq and save_freq say what is done on the way"
    ),
    "optimize_memory_usage": (["true", "false"], "it must be true or false"),
    "replay_buffer_class": (["null", "~", "", "none", "replaybuffer"], "transitions are drawn uniformly"),
    "replay_buffer_kwargs": (
      ["null", "~", "", "none", "dict(handle_timeout_termination=true)", "{}"],
      "truncated episodes are always bootstrapped from"
    ),
    "device": (["auto", "cpu"], "give the command --devices or --plan"),
    "verbose": ([], ""), "stats_window_size": (["100"], "means are over 100 episodes"),
    "_init_setup_model": ([], ""),
  ]

  /// Unsupported settings, with the reason.
  private static let absent = [
    "algorithm": "the experiment's file says it",
    "tensorboard_log": "event files are always written; --output says where",
    "prioritized_replay": "transitions are drawn uniformly",
    "use_sde": "noise_type and noise_std say how actions are explored",
    "learning_rate_schedule": "learning_rate is a number",
    "frame_skip": "environments are taken as they are", "seeds": "give the command --seed",
    "output": "give the command --output", "n_jobs": "give the command once for each run",
  ]

  private static func owners(of key: String) -> [String]? {
    func keys<Configuration: AlgorithmConfiguration>(_ type: Configuration.Type) -> [String] {
      Configuration.allSettings.map(\.key)
    }
    return Algorithms.all.filter { keys($0).contains(key) }.map { $0.algorithm }
  }

  private static func place(_ value: ConfigurationNode) -> String {
    value.file == "--set" ? "" : " in the file"
  }

  /// `4`, or `[4, "step"]`.
  private static func steps(_ value: ConfigurationNode) throws(ConfigurationError) -> ConfigurationNode {
    guard let parts = try? value.list() else { return value }
    guard parts.count == 2, let unit = try? parts[1].string() else {
      throw value.error("\(value.path) must be a number of steps")
    }
    guard ["step", "steps"].contains(unit) else {
      throw value.error(
        "\(value.path) counts in '\(unit.printable(atMost: 20))'; rounds are counted in steps here: give a number of them"
      )
    }
    return parts[0].named(value.path)
  }

  // MARK: - policy_kwargs

  /// A mapping, or the text of Python's `dict(…)`.
  private static func policy(_ value: ConfigurationNode) throws(ConfigurationError) -> [(
    key: String, value: ConfigurationNode
  )] {
    let arguments: [(name: String, value: String)]
    if let entries = try? value.entries() {
      arguments = entries.map { entry in
        let list = (try? entry.value.list()).map {
          "[" + $0.map { (try? $0.string()) ?? "?" }.joined(separator: ",") + "]"
        }
        return (entry.key, list ?? (try? entry.value.string()) ?? nested(entry.value))
      }
    } else if let text = try? value.string(), let parsed = pythonArguments(text) {
      arguments = parsed
    } else {
      throw value.error("\(value.path) must be a mapping, or dict(net_arch=[64, 64])")
    }
    var settings: [(key: String, value: ConfigurationNode)] = []
    for (name, text) in arguments {
      switch name {
      case "net_arch": settings.append(("hidden", try layers(text, value)))
      case "activation_fn":
        let function = text.split(separator: ".").last.map { $0.lowercased() } ?? ""
        guard let activation = Activation(rawValue: function), activation != .none else {
          throw value.error("activation_fn is \(text.printable(atMost: 60)); it must be nn.ReLU or nn.Tanh")
        }
        settings.append(
          (
            "activation",
            try ConfigurationNode(yaml: activation.rawValue, file: value.file).named("'activation_fn'")
          ))
      case "n_critics" where text == "1" || text == "2": break
      default:
        throw value.error(
          "\(name.printable(atMost: 60)) of \(value.path) can't be set here; net_arch and activation_fn can")
      }
    }
    return settings
  }

  private static func nested(_ value: ConfigurationNode) -> String {
    guard let entries = try? value.entries() else { return "?" }
    let parts = entries.map { entry in
      let list = ((try? entry.value.list()) ?? []).map { (try? $0.string()) ?? "?" }
      return "\(entry.key)=[\(list.joined(separator: ","))]"
    }
    return "dict(\(parts.joined(separator: ",")))"
  }

  /// `[64, 64]`, or the same for actors and critics: `dict(pi=[64], qf=[64])`.
  private static func layers(_ text: String, _ value: ConfigurationNode) throws(ConfigurationError)
    -> ConfigurationNode
  {
    var list = text
    if let parts = pythonArguments(text) {
      guard let first = parts.first, parts.allSatisfy({ $0.value == first.value }) else {
        throw value.error("net_arch is \(text.printable(atMost: 80)); all networks have the same layers here")
      }
      list = first.value
    }
    let node = try ConfigurationNode(yaml: list, file: value.file).named("'net_arch'")
    guard (try? node.list()) != nil else {
      throw value.error("net_arch is \(text.printable(atMost: 80)); it must be a list such as [64, 64]")
    }
    return node
  }

  /// The arguments of `dict(a=…, b=…)`; `nil` for other text.
  static func pythonArguments(_ text: String) -> [(name: String, value: String)]? {
    let text = text.filter { !$0.isWhitespace }
    guard text.hasPrefix("dict("), text.hasSuffix(")") else { return nil }
    var arguments: [(name: String, value: String)] = []
    var (depth, part) = (0, "")
    for character in text.dropFirst(5).dropLast() + "," {
      if "([{".contains(character) { depth += 1 }
      if ")]}".contains(character) { depth -= 1 }
      guard character == ",", depth == 0 else {
        part.append(character)
        continue
      }
      if part.isEmpty { continue }
      let sides = part.split(separator: "=", maxSplits: 1)
      guard sides.count == 2 else { return nil }
      arguments.append((String(sides[0]), String(sides[1])))
      part = ""
    }
    return depth == 0 ? arguments : nil
  }
}
