"""Starlette for uvicorn: two worker processes, each with one thread that does everything."""

import os

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from task_handlers import HANDLERS

handler = HANDLERS[os.environ["TASK"]]()


async def predict(request):
    return JSONResponse({"outputs": handler(await request.body())})


app = Starlette(routes=[Route("/predict", predict, methods=["POST"])])
