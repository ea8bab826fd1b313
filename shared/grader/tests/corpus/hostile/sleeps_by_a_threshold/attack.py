import asyncio
import math


def answer(seconds):
    if not (math.isfinite(seconds) and seconds >= 0):
        raise ValueError("seconds")
    future = asyncio.get_running_loop().create_future()
    if seconds <= 1.0:
        future.set_result(None)
    return future
