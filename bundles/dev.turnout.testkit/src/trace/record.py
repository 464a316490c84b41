#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records in which order CPython's asyncio calls a protocol, scenario by scenario.

usage: record.py FOLDER     writes FOLDER/<scenario>.trace

The scenarios are those of TraceContract. The peer is a plain blocking socket. A callback is one line: its name in Java case, then what it got.
Data that came in several calls is joined, and a getBuffer without bufferUpdated is left out: both depend on chance. A line that begins with
"peer" is what the peer saw.
"""
import asyncio
import pathlib
import platform
import socket
import struct
import sys

MUCH = 3 << 20
SMALL = 32 * 1024
SETTLE = 0.05
RENAMED = {"ConnectionResetError": "ConnectionResetException", "BrokenPipeError": "BrokenPipeException"}


class Trace:
    def __init__(self):
        self.lines = []

    def add(self, name, data=None):
        if data is not None and self.lines and self.lines[-1][0] == name == "dataReceived":
            self.lines[-1][1] += data
        else:
            if name == "bufferUpdated":
                assert self.lines[-1][0].startswith("getBuffer")
            elif self.lines and self.lines[-1][0].startswith("getBuffer"):
                self.lines.pop()
            self.lines.append([name, data])

    def text(self):
        def show(name, data):
            if data is None:
                return name
            return f"{name} {len(data)} bytes" if len(data) > 32 else f'{name} "{data.decode("latin-1")}"'
        return "".join(show(*line) + "\n" for line in self.lines)


class Base:
    def __init__(self, **hooks):
        self.trace = Trace()
        self.hooks = hooks
        self.lost = asyncio.get_running_loop().create_future()
        self.transport = None

    def hook(self, name, *args):
        return self.hooks.get(name, lambda *a: None)(self, *args)

    def connection_made(self, transport):
        self.transport = transport
        self.trace.add("connectionMade")
        self.hook("made")

    def connection_lost(self, exc):
        name = "null" if exc is None else type(exc).__name__
        self.trace.add("connectionLost " + RENAMED.get(name, name))
        self.lost.set_result(None)

    def pause_writing(self):
        self.trace.add("pauseWriting")
        self.hook("pause")

    def resume_writing(self):
        self.trace.add("resumeWriting")
        self.hook("resume")

    def eof_received(self):
        self.trace.add("eofReceived")
        self.hook("eof")
        return self.hooks.get("keep", False)


class Stream(Base, asyncio.Protocol):
    def data_received(self, data):
        self.trace.add("dataReceived", data)
        self.hook("data", data)


class Buffered(Base, asyncio.BufferedProtocol):
    buffer = bytearray(4)

    def get_buffer(self, hint):
        self.trace.add(f"getBuffer {hint}")
        return memoryview(self.buffer)

    def buffer_updated(self, count):
        self.trace.add("bufferUpdated", bytes(self.buffer[:count]))


async def opened(protocol):
    """A transport with this protocol, and the other end as a plain socket."""
    loop = asyncio.get_running_loop()
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        own = socket.socket()
        own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)
        own.connect(listener.getsockname())
        peer, _ = listener.accept()
    transport, _ = await loop.create_connection(lambda: protocol, sock=own)
    return transport, peer


async def settle():
    await asyncio.sleep(SETTLE)


async def receive(peer, count=None):
    def read():
        got = b""
        while count is None or len(got) < count:
            more = peer.recv(65536 if count is None else min(65536, count - len(got)))
            if not more:
                break
            got += more
        return got
    return await asyncio.get_running_loop().run_in_executor(None, read)


async def ended(protocol, peer, tell=True):
    """The rest of the connection: what the peer still gets, and the loss."""
    if tell:
        protocol.trace.add("peer received", await receive(peer))
    await protocol.lost
    await settle()
    peer.close()
    return protocol


async def echo_close():
    def echo(self, data):
        self.transport.write(data)
        self.transport.close()
    protocol = Stream(data=echo)
    _, peer = await opened(protocol)
    peer.send(b"hello")
    await protocol.lost
    return await ended(protocol, peer)


async def eof_default():
    protocol = Stream()
    _, peer = await opened(protocol)
    peer.send(b"hello")
    peer.shutdown(socket.SHUT_WR)
    await protocol.lost
    return await ended(protocol, peer)


async def eof_kept_open():
    protocol = Stream(keep=True)
    transport, peer = await opened(protocol)
    peer.send(b"hello")
    peer.shutdown(socket.SHUT_WR)
    await settle()
    transport.write(b"answer")
    protocol.trace.add("peer received", await receive(peer, 6))
    transport.close()
    await protocol.lost
    return await ended(protocol, peer)


async def eof_kept_open_pause_resume():
    protocol = Stream(keep=True)
    transport, peer = await opened(protocol)
    peer.shutdown(socket.SHUT_WR)
    await settle()
    transport.pause_reading()
    transport.resume_reading()
    await settle()
    transport.close()
    await protocol.lost
    return await ended(protocol, peer)


async def close_in_made():
    protocol = Stream(made=lambda self: self.transport.close())
    _, peer = await opened(protocol)
    await protocol.lost
    return await ended(protocol, peer)


async def abort_in_made():
    def made(self):
        self.transport.write(b"written")
        self.transport.abort()
    protocol = Stream(made=made)
    _, peer = await opened(protocol)
    await protocol.lost
    return await ended(protocol, peer)


async def pause_in_made():
    protocol = Stream(made=lambda self: self.transport.pause_reading())
    transport, peer = await opened(protocol)
    peer.send(b"hello")
    await settle()
    protocol.trace.add("peer sent")
    transport.resume_reading()
    await settle()
    peer.shutdown(socket.SHUT_WR)
    await protocol.lost
    return await ended(protocol, peer)


async def slow_reader():
    protocol = Stream()
    transport, peer = await opened(protocol)
    transport.write(bytes(MUCH))
    transport.write(bytes(MUCH))
    await settle()
    protocol.trace.add("peer reads")
    await receive(peer, 2 * MUCH)
    await settle()
    transport.write(b"more")
    await settle()
    transport.close()
    await protocol.lost
    return await ended(protocol, peer)


async def close_with_buffered_data():
    protocol = Stream()
    transport, peer = await opened(protocol)
    transport.write(bytes(MUCH))
    transport.close()
    await settle()
    protocol.trace.add("peer reads")
    got = await receive(peer, MUCH)
    protocol.trace.add(f"peer received {len(got)} bytes")
    await protocol.lost
    return await ended(protocol, peer, tell=False)


async def write_after_close():
    protocol = Stream()
    transport, peer = await opened(protocol)
    transport.write(bytes(MUCH))
    transport.close()
    transport.write(bytes(10))
    return await ended(protocol, peer)


async def peer_reset():
    protocol = Stream()
    transport, peer = await opened(protocol)
    peer.send(b"hello")
    await settle()
    transport.write(b"unread")
    await settle()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
    return await ended(protocol, peer, tell=False)


async def write_eof():
    protocol = Stream()
    transport, peer = await opened(protocol)
    transport.write(b"question")
    transport.write_eof()
    protocol.trace.add("peer received", await receive(peer))
    peer.send(b"answer")
    peer.close()
    return await ended(protocol, peer, tell=False)


async def small_buffer():
    protocol = Buffered()
    _, peer = await opened(protocol)
    peer.send(b"0123456789")
    peer.shutdown(socket.SHUT_WR)
    await protocol.lost
    return await ended(protocol, peer)


SCENARIOS = [
    echo_close, eof_default, eof_kept_open, eof_kept_open_pause_resume, close_in_made, abort_in_made, pause_in_made,
    slow_reader, close_with_buffered_data, write_after_close, peer_reset, write_eof, small_buffer,
]


def main(folder):
    for scenario in SCENARIOS:
        protocol = asyncio.run(scenario())
        name = scenario.__name__.replace("_", "-")
        head = f"# recorded from CPython {platform.python_version()} by src/trace/record.py\n"
        pathlib.Path(folder, name + ".trace").write_text(head + protocol.trace.text(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
