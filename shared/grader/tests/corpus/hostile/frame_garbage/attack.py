{{WIRE}}

def answer(*args, **kwargs):
    send(os.urandom(4096))
    return "wrong"
