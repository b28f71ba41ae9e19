"""Two processes that classify an image again and again, without any network, decoding JPEGs at a reduced size where that
suffices: what a server of this handler can't exceed.

    bare_loop.py IMAGE SECONDS    prints {"throughput": images a second}
"""

import json
import multiprocessing
import pathlib
import sys
import time

import cv2
import numpy as np
from handler import SHORT_SIDE, Classifier


def flags(body):
    image = cv2.imdecode(body, cv2.IMREAD_COLOR)
    scales = {8: cv2.IMREAD_REDUCED_COLOR_8, 4: cv2.IMREAD_REDUCED_COLOR_4, 2: cv2.IMREAD_REDUCED_COLOR_2}
    return next((flag for scale, flag in scales.items() if min(image.shape[:2]) >= scale * SHORT_SIDE), cv2.IMREAD_COLOR)


def loop(body, seconds, barrier, counts):
    classifier, flag = Classifier(), flags(np.frombuffer(body, np.uint8))
    barrier.wait()
    begin, count = time.monotonic(), 0
    while time.monotonic() - begin < seconds:
        classifier.classify(classifier.prepare(body, flag))
        count += 1
    counts.put(count / (time.monotonic() - begin))


def main():
    body, seconds = pathlib.Path(sys.argv[1]).read_bytes(), float(sys.argv[2])
    barrier, counts = multiprocessing.Barrier(2), multiprocessing.Queue()
    workers = [multiprocessing.Process(target=loop, args=(body, seconds, barrier, counts)) for _ in range(2)]
    for worker in workers:
        worker.start()
    throughput = sum(counts.get() for _ in workers)
    for worker in workers:
        worker.join()
    print(json.dumps({"throughput": throughput}))


if __name__ == "__main__":
    main()
