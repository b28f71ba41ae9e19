"""RLtools' TD3 on its own pendulum, which is compiled for each setting: rltools_training.cpp, with OpenBLAS."""

import hashlib
import os
import pathlib
import subprocess
import sys
from importlib.util import find_spec

SOURCE = pathlib.Path(__file__).with_suffix(".cpp")


def flags(blas, setting):
    width, *others = setting.hidden
    if others != [width]:
        raise ValueError(f"two layers of one width are what is compiled, not {setting.hidden}")
    # Its own module would compile its Python interface.
    headers = pathlib.Path(find_spec("rltools").origin).parent / "external/rl_tools/include"
    task = {
        "HIDDEN": width,
        "BATCH": setting.batch,
        "START": setting.start,
        "REPLAY": setting.replay,
        "GAMMA": f"{setting.gamma}f",
    }
    uses = ["BACKEND_ENABLE_OPENBLAS", "BACKEND_ENABLE_BLAS", "NN_DISABLE_GENERIC_FORWARD_BACKWARD"]
    lacks = ["DISABLE_HDF5", "DISABLE_TENSORBOARD"]
    return [
        *("-std=c++17", "-Ofast", "-march=native"),
        *(f"-DTASK_{name}={value}" for name, value in task.items()),
        *(f"-DRL_TOOLS_{name}" for name in uses + lacks),
        "-Dcblas_sgemm=scipy_cblas_sgemm",
        *(f"-I{folder}" for folder in (headers, blas.get_include_dir())),
        *(SOURCE, f"-L{blas.get_lib_dir()}", f"-Wl,-rpath,{blas.get_lib_dir()}", "-lscipy_openblas", "-lpthread"),
    ]


def compiled(blas, setting):
    """The program, made when it isn't there yet."""
    command = ["g++", *map(str, flags(blas, setting))]
    key = hashlib.sha256(SOURCE.read_bytes() + "\n".join(command).encode()).hexdigest()[:16]
    program = pathlib.Path(sys.prefix) / f"rltools-{key}"
    if not program.exists():
        partial = program.with_suffix(".partial")
        subprocess.run([*command, "-o", partial], check=True)
        partial.replace(program)
    return program


def measure(blas, setting, window):
    seconds, steps = window.limits
    command = [compiled(blas, setting), str(window.warm_up), str(seconds), str(steps or 0)]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": os.environ["OMP_NUM_THREADS"]}
    output = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.split()
    window.steps, window.seconds, window.cpu_seconds = int(output[0]), float(output[1]), float(output[2])
