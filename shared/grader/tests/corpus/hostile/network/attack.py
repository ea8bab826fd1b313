import socket

for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, getattr(socket, "AF_NETLINK", 16), getattr(socket, "AF_VSOCK", 40)):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            with socket.socket(family, kind) as link:
                print("LEAK socket", family, kind, flush=True)
        except OSError:
            pass
try:
    print("LEAK", socket.getaddrinfo("example.org", 80), flush=True)
except OSError:
    pass


def answer(*args, **kwargs):
    return "wrong"
