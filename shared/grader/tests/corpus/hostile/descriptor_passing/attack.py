{{WIRE}}

def answer(*args, **kwargs):
    for fd in links():
        link = socket.socket(fileno=os.dup(fd))
        try:
            socket.send_fds(link, [frame({"result": 1})], [0, 1, 2, fd])
        except OSError:
            pass
    return "wrong"
