"""Measures how many steps per second a rival trains, and prints one JSON line.

    .deps/rivals/bin/python Benchmarks/Training/rivals.py --rival R --task T [--threads N] [--seconds S | --steps N]
    .deps/rivals/bin/python Benchmarks/Training/rivals.py --list

One measurement a process, so that a caller can let rivals take turns and each begins alike. The window opens
once learning has started and everything is compiled. `--list` prints each rival with each of its tasks.
`cpu_seconds` is what all threads of the process took of the window: far fewer than `seconds` with one thread say
that others had the processor.

What the tasks are: TIMED in settings.py, single_steps.py.
"""

import argparse
import json
import os

from settings import TIMED
from window import Window

ACTING = {"act-64x64": (64, 64), "act-256x256": (256, 256)}
ENVIRONMENTS = {
    "gymnasium-cartpole": "CartPole-v1",
    "gymnasium-acrobot": "Acrobot-v1",
    "gymnasium-mountaincar": "MountainCar-v0",
    "gymnasium-pendulum": "Pendulum-v1",
    "gymnasium-mountaincar-continuous": "MountainCarContinuous-v0",
}
RIVALS = {
    "sb3": TIMED,
    "sbx": TIMED,
    "cleanrl-torch": TIMED,
    "cleanrl-jax": TIMED,
    "torch": ACTING,
    "gymnasium": ENVIRONMENTS,
}


def limit_threads(rival, threads):
    """Before any library is loaded. JAX sizes its pools by the processors it may use, and has no other
    setting that holds for all of them, so its rivals are confined to as many."""
    os.environ["OMP_NUM_THREADS"] = str(threads)
    os.environ["JAX_PLATFORMS"] = "cpu"
    if rival in ("sbx", "cleanrl-jax"):
        processors = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, processors[-threads:])


def run(rival, task, window):
    if rival == "torch":
        from single_steps import measure_acting

        measure_acting(ACTING[task], window)
    elif rival == "gymnasium":
        from single_steps import measure_environment

        measure_environment(ENVIRONMENTS[task], window)
    elif rival == "sb3":
        import stable_baselines
        import stable_baselines3

        stable_baselines.measure(stable_baselines3, TIMED[task], window)
    elif rival == "sbx":
        import sbx
        import stable_baselines

        stable_baselines.measure(sbx, TIMED[task], window)
    elif rival == "cleanrl-torch":
        import cleanrl
        import cleanrl_torch

        cleanrl.measure(cleanrl_torch, TIMED[task], window)
    elif rival == "cleanrl-jax":
        import cleanrl
        import cleanrl_jax

        cleanrl.measure(cleanrl_jax, TIMED[task], window)


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
        tasks = RIVALS[arguments.rival]
        if arguments.task not in tasks:
            parser.error(f"the tasks of {arguments.rival} are {', '.join(tasks)}")
    return arguments


def main():
    arguments = parse()
    if arguments.list:
        for rival, tasks in RIVALS.items():
            for task in tasks:
                print(rival, task)
        return
    limit_threads(arguments.rival, arguments.threads)
    window = Window.of(TIMED.get(arguments.task), arguments.seconds, arguments.steps)
    run(arguments.rival, arguments.task, window)
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
