{{WIRE}}

def answer(*args, **kwargs):
    send(frame({}, text=b'{"thread":0,"kind":"answer","changed":[],"sizes":[],"result":{"l":[' + b"{}," * (5 << 20) + b"{}]}}"))
    return "wrong"
