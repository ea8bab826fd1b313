{{WIRE}}

def answer(*args, **kwargs):
    send(struct.pack(">II", 1000, 0) + b"{")
    time.sleep(1000)
