{{WIRE}}

def answer(*args, **kwargs):
    for result in (True, None, 0, {"f": "405edd2f1a9fbe77"}, {"k": "NotImplemented"}, "0.5"):
        send(frame({"result": result, "status": "passed", "verdict": "passed", "test": "test_divides", "event": "result"}))
    return "wrong"
