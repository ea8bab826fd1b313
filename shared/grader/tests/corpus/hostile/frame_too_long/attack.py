{{WIRE}}

def answer(*args, **kwargs):
    send(struct.pack(">II", 0xFFFFFFFF, 0xFFFFFFFF) + b"{}")
    return "wrong"
