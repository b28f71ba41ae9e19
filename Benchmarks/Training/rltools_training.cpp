// RLtools' own TD3 on its own pendulum, as its loop runs it, timed: once learning has started, for some seconds or steps.
//
//     rltools_training FIRST SECONDS STEPS    opens at step FIRST, closes after SECONDS, or after STEPS if that isn't 0;
//                                             prints "steps seconds processor-seconds"
//
// TASK_HIDDEN, TASK_BATCH, TASK_START, TASK_REPLAY and TASK_GAMMA are the setting; what isn't said is RLtools' default, which is that of TD3's paper.
#include <rl_tools/operations/cpu_mux.h>
#include <rl_tools/nn/optimizers/adam/instance/operations_generic.h>
#include <rl_tools/nn/operations_cpu_mux.h>
#include <rl_tools/nn/layers/td3_sampling/operations_generic.h>
#include <rl_tools/rl/environments/pendulum/operations_cpu.h>
#include <rl_tools/nn_models/mlp/operations_generic.h>
#include <rl_tools/nn_models/sequential/operations_generic.h>
#include <rl_tools/nn_models/random_uniform/operations_generic.h>
#include <rl_tools/nn/optimizers/adam/operations_generic.h>
#include <rl_tools/rl/algorithms/td3/loop/core/config.h>
#include <rl_tools/rl/algorithms/td3/loop/core/operations_generic.h>


#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <limits>

namespace rlt = rl_tools;
namespace td3 = rlt::rl::algorithms::td3;
using Device = rlt::devices::DEVICE_FACTORY<>;
using Random = Device::SPEC::RANDOM::ENGINE<>;
using Index = Device::index_t;
using Policy = rlt::numeric_types::Policy<float>;
using PendulumParameters = rlt::rl::environments::pendulum::DefaultParameters<float>;
using Pendulum = rlt::rl::environments::Pendulum<
    rlt::rl::environments::pendulum::Specification<float, Index, PendulumParameters>>;

struct Setting : td3::loop::core::DefaultParameters<Policy, Index, Pendulum> {
  struct TD3_PARAMETERS : td3::DefaultParameters<Policy, Index> {
    static constexpr float GAMMA = TASK_GAMMA;
    static constexpr Index ACTOR_BATCH_SIZE = TASK_BATCH;
    static constexpr Index CRITIC_BATCH_SIZE = TASK_BATCH;
    static constexpr Index ACTOR_TRAINING_INTERVAL = 2;
    static constexpr Index CRITIC_TARGET_UPDATE_INTERVAL = 2;
    static constexpr Index ACTOR_TARGET_UPDATE_INTERVAL = 2;
  };
  static constexpr Index STEP_LIMIT = std::numeric_limits<int>::max();
  static constexpr Index REPLAY_BUFFER_CAP = TASK_REPLAY;
  static constexpr Index N_WARMUP_STEPS = TASK_START;
  static constexpr Index N_WARMUP_STEPS_CRITIC = TASK_START;
  static constexpr Index N_WARMUP_STEPS_ACTOR = TASK_START;
  static constexpr Index ACTOR_NUM_LAYERS = 3;
  static constexpr Index ACTOR_HIDDEN_DIM = TASK_HIDDEN;
  static constexpr Index CRITIC_NUM_LAYERS = 3;
  static constexpr Index CRITIC_HIDDEN_DIM = TASK_HIDDEN;
};
using Loop =
    td3::loop::core::Config<Policy, Index, Random, Pendulum, Setting, td3::loop::core::ConfigApproximatorsMLP>;

static double seconds_of(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  const Index first = std::atoi(arguments[1]), limit = std::atoi(arguments[3]);
  const double seconds = std::atof(arguments[2]);
  Device device;
  Loop::State<Loop> state;
  rlt::malloc(device, state);
  rlt::init(device, state, 0);
  while (state.step < first) rlt::step(device, state);
  const double opened = seconds_of(CLOCK_MONOTONIC), processor = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
  double lasted = 0;
  while (limit ? state.step - first < limit : lasted < seconds) {
    rlt::step(device, state);
    lasted = seconds_of(CLOCK_MONOTONIC) - opened;
  }
  std::printf("%zu %f %f\n", static_cast<size_t>(state.step - first), lasted,
              seconds_of(CLOCK_PROCESS_CPUTIME_ID) - processor);
}
