{{WIRE}}

def answer(*args, **kwargs):
    send(frame({"result": {"l": [{"L": ["q", 0]}] * 1000}}, [bytes(32 << 20)]))
    return "wrong"
