{{WIRE}}

def answer(*args, **kwargs):
    for target in (0, 1, -1, None, "x", [], 2**70):
        for method in ("__call__", "__class__", "__getattribute__", "__reduce__", "__globals__", "", None, []):
            send(frame({"kind": "ask", "target": target, "method": method, "args": [5], "kwargs": {"a": {"y": 0}}}))
    for args, kwargs in ((5, {}), ([], 5), (None, None), ([{"y": 0}], {"self": 1})):
        send(frame({"kind": "ask", "target": 0, "method": "__call__", "args": args, "kwargs": kwargs}))
    return "wrong"
