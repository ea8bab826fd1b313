{{WIRE}}

def answer(*args, **kwargs):
    data = frame({"kind": "ask", "target": 0, "method": "__call__", "args": [], "kwargs": {}})
    while True:
        send(data)
