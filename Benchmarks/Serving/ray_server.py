"""Ray Serve: two replicas with a thread each for images, batches of up to 8 that wait 2 ms, which are faster than one by one.

Without its HAProxy, which listens on every address. So do replicas, for one another, unless their port is made another way.
"""

import sys
import tempfile

import numpy as np
import ray
from handler import Classifier
from ray import serve
from ray._common.tls_utils import add_port_to_grpc_server
from ray.serve._private import replica


@serve.deployment(num_replicas=2, max_ongoing_requests=16)
class Classify:
    def __init__(self):
        replica.add_port_to_grpc_server = lambda server, _: add_port_to_grpc_server(server, "127.0.0.1:0")
        self.classifier = Classifier()

    @serve.batch(max_batch_size=8, batch_wait_timeout_s=0.002)
    async def classify(self, bodies):
        return self.classifier.classify(np.concatenate([self.classifier.prepare(body) for body in bodies]))

    async def __call__(self, request):
        return {"class": await self.classify(await request.body())}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        ray.init(num_cpus=2, object_store_memory=256 << 20, include_dashboard=False, _temp_dir=folder)
        serve.start(http_options={"host": "127.0.0.1", "port": int(sys.argv[1])})
        try:
            serve.run(Classify.bind(), route_prefix="/predict", logging_config={"enable_access_log": False}, blocking=True)
        finally:
            serve.shutdown()
            ray.shutdown()
