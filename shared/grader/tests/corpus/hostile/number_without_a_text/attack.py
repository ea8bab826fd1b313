def answer(*args, **kwargs):
    raise NotImplementedError(10**5000)
