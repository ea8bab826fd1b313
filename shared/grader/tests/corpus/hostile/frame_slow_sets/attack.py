{{WIRE}}

def answer(*args, **kwargs):
    number = 2**61 - 1
    send(frame({"result": {"e": [{"i": f"{number * k:x}"} for k in range(1, 60_000)]}}))
    return "wrong"
