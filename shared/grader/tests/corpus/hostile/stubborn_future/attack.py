class Stubborn:
    _asyncio_future_blocking = True

    def cancel(self, *args):
        return False

    def add_done_callback(self, *args, **kwargs):
        pass

    def get_loop(self):
        import asyncio

        return asyncio.get_running_loop()

    def __await__(self):
        while True:
            yield self


def answer(seconds):
    return Stubborn()
