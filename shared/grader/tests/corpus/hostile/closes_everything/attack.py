{{WIRE}}

def answer(*args, **kwargs):
    os.closerange(0, 256)
    time.sleep(1000)
