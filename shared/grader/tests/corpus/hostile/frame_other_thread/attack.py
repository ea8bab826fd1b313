{{WIRE}}

def answer(*args, **kwargs):
    for thread in (1, 12345, -1, 2**80, True, None, "0", 0.0, [0]):
        send(frame({"result": {"f": "405edd2f1a9fbe77"}, "thread": thread}))
    return "wrong"
