"""BentoML: two worker processes, each with one thread that does everything.

One by one, which is faster than adaptive batching: that learns how long to wait, and refuses what it can't answer within its
bound, so that 2 ms can't be asked for. The body is read as it is; images of BentoML's own go through temporary files.
"""

import bentoml
from handler import Classifier


class Body(bentoml.IODescriptor):
    __root_input__ = True

    @classmethod
    async def from_http_request(cls, request, serde):
        return await request.body()


@bentoml.service(workers=2, metrics={"enabled": False}, logging={"access": {"enabled": False}})
class Classify:
    def __init__(self):
        self.classifier = Classifier()

    @bentoml.api(input_spec=Body)
    async def predict(self, body) -> dict:
        return {"class": self.classifier(body)}
