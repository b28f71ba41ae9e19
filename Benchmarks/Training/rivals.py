"""Measures how many steps per second a rival trains, and prints one JSON line.

    .deps/rivals/bin/python Benchmarks/Training/rivals.py --rival R --task T [--threads N] [--seconds S | --steps N]
    .deps/rivals/bin/python Benchmarks/Training/rivals.py --list

One measurement a process, so that a caller can let rivals take turns and each begins alike. The window opens
once learning has started and everything is compiled. `--list` prints each rival with each of its tasks.
`cpu_seconds` is what all threads of the process took of the window: far fewer than `seconds` with one thread say
that others had the processor.

What the tasks are: settings.py.
"""

import argparse
import json
import os
from importlib import import_module

from settings import ACTED, STEPPED, TIMED, timed
from window import Window

# For each rival: the module whose `measure` is called, the one that it is given, and the tasks.
RIVALS = {
    "jax-loop": ("jitted", "jax", TIMED),
    "rejax": ("rejax_training", "rejax", timed("dqn-cartpole-64", "td3-pendulum-64")),
    "rltools": ("rltools_training", "scipy_openblas32", timed("td3")),
    "sb3": ("stable_baselines", "stable_baselines3", TIMED),
    "sbx": ("stable_baselines", "sbx", TIMED),
    "cleanrl-torch": ("cleanrl", "cleanrl_torch", timed("dqn", "ddpg")),
    "cleanrl-jax": ("cleanrl", "cleanrl_jax", timed("dqn", "ddpg")),
    "torch": ("acting", "torch", ACTED),
    "gymnasium": ("stepping", "gymnasium", STEPPED),
}


def limit_threads(rival, threads):
    """Before any of their libraries is loaded. JAX sizes its pools by the processors it may use, and has no other
    setting that holds for all of them, so its rivals are confined to as many."""
    os.environ["OMP_NUM_THREADS"] = str(threads)
    os.environ["JAX_PLATFORMS"] = "cpu"
    if rival in ("sbx", "cleanrl-jax", "jax-loop", "rejax"):
        processors = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, processors[-threads:])


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--rival", choices=RIVALS)
    parser.add_argument("--task")
    parser.add_argument("--threads", type=int, default=1)
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--seconds", type=float, default=5.0)
    length.add_argument("--steps", type=int)
    arguments = parser.parse_args()
    if not arguments.list:
        if arguments.rival is None:
            parser.error("--rival and --task are needed, or --list")
        *_, tasks = RIVALS[arguments.rival]
        if arguments.task not in tasks:
            parser.error(f"the tasks of {arguments.rival} are {', '.join(tasks)}")
    return arguments


def main():
    arguments = parse()
    if arguments.list:
        for rival, (*_, tasks) in RIVALS.items():
            for task in tasks:
                print(rival, task)
        return
    limit_threads(arguments.rival, arguments.threads)
    window = Window.of(TIMED.get(arguments.task), arguments.seconds, arguments.steps)
    measuring, measured, tasks = RIVALS[arguments.rival]
    import_module(measuring).measure(import_module(measured), tasks[arguments.task], window)
    measurement = {
        "rival": arguments.rival,
        "task": arguments.task,
        "threads": arguments.threads,
        "steps_per_second": round(window.steps / window.seconds, 1),
        "steps": window.steps,
        "seconds": round(window.seconds, 3),
        "cpu_seconds": round(window.cpu_seconds, 3),
    }
    print(json.dumps(measurement))


if __name__ == "__main__":
    main()
