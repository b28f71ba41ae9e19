"""mosec: two worker processes, each with one thread that does everything.

    mosec_server.py --address 127.0.0.1 --port PORT
"""

from handler import Classifier
from mosec import Server, Worker


class Classify(Worker):
    def __init__(self):
        super().__init__()
        self.classifier = Classifier()

    def deserialize(self, data):
        return data

    def forward(self, data):
        return {"class": self.classifier(data)}


if __name__ == "__main__":
    server = Server()
    server.append_worker(Classify, num=2)
    server.run()
