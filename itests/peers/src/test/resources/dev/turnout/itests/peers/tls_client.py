# SPDX-License-Identifier: Apache-2.0
"""Connects by TLS, says a line, prints what comes back, and ends: tls_client.py PORT CAFILE [starttls]"""
import asyncio
import ssl
import sys


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


async def main(port, cafile, upgrade):
    context = ssl.create_default_context(cafile=cafile)
    if upgrade:
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_connection(lambda: Upgrading(loop, context), "127.0.0.1", port)
        await asyncio.wait_for(protocol.done, 20)
        return
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost")
    block = bytes(range(256)) * 4096
    writer.write(block)
    back = await asyncio.wait_for(reader.readexactly(len(block)), 20)
    print("same" if back == block else "different", flush=True)
    writer.close()
    await writer.wait_closed()
    print("closed", flush=True)


asyncio.run(main(int(sys.argv[1]), sys.argv[2], "starttls" in sys.argv))
