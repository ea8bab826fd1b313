{{WIRE}}

def answer(*args, **kwargs):
    seen = globals().setdefault("SEEN", [])
    seen.append(args)
    return list(seen)
