{{WIRE}}

def answer(*args, **kwargs):
    data = frame({"result": {"f": "3fe0000000000000"}}, [bytes(8 << 20)])
    until = time.monotonic() + 15
    while time.monotonic() < until:
        send(data)
    return "wrong"
