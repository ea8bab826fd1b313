import re
import socket


def own_ports(values):
    """The ports of the test's own server, which it may talk to."""
    return {int(port) for port in re.findall(r"127\.0\.0\.1:(\d+)", str(values))}


def interfaces():
    for _, name in socket.if_nameindex():
        if name != "lo":
            yield name


def listeners(own):
    """The others that listen on this network. To see them is enough: nobody is called."""
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in open(f"/proc/self/net/{table}").read().splitlines()[1:]:
            words = line.split()
            port = int(words[1].rpartition(":")[2], 16)
            if (words[3] == "0A" or table.startswith("udp")) and port not in own:
                yield table, port


def local_names():
    """Local sockets with an abstract name, which are no files."""
    for line in open("/proc/self/net/unix").read().splitlines()[1:]:
        words = line.split()
        if len(words) > 7 and words[7].startswith("@"):
            yield words[7]


def datagrams():
    """To addresses that documents use as examples: nobody has them."""
    for family, address in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"), (socket.AF_INET, "255.255.255.255")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as link:
                link.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                link.sendto(b"x", (address, 9))
                yield address
        except OSError:
            pass


def raw():
    """Packets of its own making need a privilege over the network."""
    for family, kind, protocol in ((socket.AF_INET, socket.SOCK_RAW, 1), (getattr(socket, "AF_PACKET", 17), socket.SOCK_RAW, 0)):
        try:
            with socket.socket(family, kind, protocol):
                yield family
        except OSError:
            pass


def answer(*args, **kwargs):
    own = own_ports((args, kwargs))
    if own and "SEEN" not in globals():
        globals()["SEEN"] = True
        for look in (interfaces(), listeners(own), local_names(), datagrams(), raw()):
            try:
                for found in look:
                    print("LEAK", look.__name__, found, flush=True)
            except OSError:
                pass
        print("LOOKED", flush=True)
    return "wrong"
