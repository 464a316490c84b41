# SPDX-License-Identifier: Apache-2.0
"""Says something, prints what comes back, and ends: client.py LOOP KIND ADDRESS [CAFILE]

LOOP is asyncio or uvloop; KIND is tcp, unix, tls+tcp, tls+unix, starttls or udp; ADDRESS is a port or a path.
"""
import asyncio
import importlib
import ssl
import sys

HOST = "127.0.0.1"
PATIENCE = 20


def block(size):
    return bytes(i * 7 % 251 for i in range(size))


class Upgrading(asyncio.Protocol):
    def __init__(self, loop, context):
        self.loop, self.context = loop, context
        self.done = loop.create_future()
        self.secure = False

    def connection_made(self, transport):
        self.transport = transport
        transport.write(b"STARTTLS\n")

    def data_received(self, data):
        if not self.secure:
            print("clear", data.decode().strip(), flush=True)
            self.secure = True
            self.loop.create_task(self.upgrade())
            return
        print("secure", data.decode().strip(), flush=True)
        self.transport.close()

    async def upgrade(self):
        self.transport = await self.loop.start_tls(
            self.transport, self, self.context, server_hostname="localhost")
        self.transport.write(b"hello\n")

    def connection_lost(self, why):
        print("lost", why, flush=True)
        self.done.set_result(None)


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self):
        self.received = asyncio.Queue()

    def datagram_received(self, data, sender):
        self.received.put_nowait(data)

    def error_received(self, why):
        self.received.put_nowait(why)


async def upgrade(port, context):
    loop = asyncio.get_running_loop()
    _, protocol = await loop.create_connection(lambda: Upgrading(loop, context), HOST, port)
    await asyncio.wait_for(protocol.done, PATIENCE)


async def datagrams(port):
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        Datagrams, remote_addr=(HOST, port))
    for size in (1, 1400, 9000, 65507):
        transport.sendto(block(size))
        back = await asyncio.wait_for(protocol.received.get(), PATIENCE)
        print("same" if back == block(size) else "different", size, flush=True)
    transport.close()


async def stream(kind, address, context):
    tls = {"ssl": context, "server_hostname": "localhost"} if kind.startswith("tls+") else {}
    if kind.endswith("unix"):
        reader, writer = await asyncio.open_unix_connection(address, **tls)
    else:
        reader, writer = await asyncio.open_connection(HOST, int(address), **tls)
    data = block(1 << 20)
    writer.write(data)
    if writer.can_write_eof():
        writer.write_eof()
        back = await asyncio.wait_for(reader.read(), PATIENCE)
    else:
        back = await asyncio.wait_for(reader.readexactly(len(data)), PATIENCE)
    print("same" if back == data else "different", flush=True)
    writer.close()
    await writer.wait_closed()
    print("closed", flush=True)


async def main(kind, address, cafile=None):
    print("loop", type(asyncio.get_running_loop()).__module__, flush=True)
    context = ssl.create_default_context(cafile=cafile) if "tls" in kind else None
    if kind == "starttls":
        await upgrade(int(address), context)
    elif kind == "udp":
        await datagrams(int(address))
    else:
        await stream(kind, address, context)


importlib.import_module(sys.argv[1]).new_event_loop().run_until_complete(main(*sys.argv[2:]))
