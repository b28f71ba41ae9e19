"""Starlette, for uvicorn and for Granian: two worker processes, each with one thread that does everything."""

from handler import Classifier
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

classifier = Classifier()


async def predict(request):
    return JSONResponse({"class": classifier(await request.body())})


app = Starlette(routes=[Route("/predict", predict, methods=["POST"])])
