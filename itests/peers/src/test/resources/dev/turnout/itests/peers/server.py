# SPDX-License-Identifier: Apache-2.0
"""Serves echo, and prints its address and how connections end: server.py LOOP KIND [PATH] [CERTIFICATE KEY]

LOOP is asyncio or uvloop; KIND is tcp, unix, tls+tcp, tls+unix, starttls or udp; PATH is for unix sockets.
"""
import asyncio
import importlib
import ssl
import sys

HOST = "127.0.0.1"
CONTEXT = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)


class Echo(asyncio.Protocol):
    def __init__(self, upgrade):
        self.clear = upgrade
        self.early = b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        if self.transport is None:
            self.early += data  # asyncio may deliver before start_tls has returned
        elif not self.clear:
            self.transport.write(data)
        elif data == b"STARTTLS\n":
            self.clear = False
            asyncio.get_running_loop().create_task(self.upgrade())

    async def upgrade(self):
        clear, self.transport = self.transport, None
        clear.write(b"go ahead\n")
        self.transport = await asyncio.get_running_loop().start_tls(clear, self, CONTEXT, server_side=True)
        self.transport.write(self.early)

    def connection_lost(self, why):
        print("lost", why, flush=True)


class DatagramEcho(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, sender):
        self.transport.sendto(data, sender)


async def main(kind, *more):
    loop = asyncio.get_running_loop()
    print("loop", type(loop).__module__, flush=True)
    if kind.endswith("unix"):
        path, *more = more
    if "tls" in kind:
        CONTEXT.load_cert_chain(*more)
    tls = CONTEXT if kind.startswith("tls+") else None
    if kind == "udp":
        transport, _ = await loop.create_datagram_endpoint(DatagramEcho, local_addr=(HOST, 0))
        print("port", transport.get_extra_info("sockname")[1], flush=True)
    elif kind.endswith("unix"):
        server = await loop.create_unix_server(lambda: Echo(False), path, ssl=tls)
        print("path", path, flush=True)
    else:
        server = await loop.create_server(lambda: Echo(kind == "starttls"), HOST, 0, ssl=tls)
        print("port", server.sockets[0].getsockname()[1], flush=True)
    await asyncio.sleep(60)


importlib.import_module(sys.argv[1]).new_event_loop().run_until_complete(main(*sys.argv[2:]))
