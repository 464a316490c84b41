# SPDX-License-Identifier: Apache-2.0
"""Serves echo by CPython's asyncio or by uvloop: echo.py ADDRESS asyncio|uvloop."""

import asyncio
import os
import sys
import threading


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)

    def pause_writing(self):
        self.transport.pause_reading()

    def resume_writing(self):
        self.transport.resume_reading()


class EchoDatagrams(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, sender):
        self.transport.sendto(data, sender)


def obey():
    for _ in sys.stdin:
        print("{}", flush=True)
    os._exit(0)


async def main(address):
    loop = asyncio.get_running_loop()
    if address.startswith("unix:"):
        await loop.create_unix_server(Echo, address[5:], backlog=1024)
    elif address == "udp":
        transport, _ = await loop.create_datagram_endpoint(EchoDatagrams, ("127.0.0.1", 0))
        address = "udp:%d" % transport.get_extra_info("sockname")[1]
    else:
        server = await loop.create_server(Echo, "127.0.0.1", 0, backlog=1024)
        address = "tcp:%d" % server.sockets[0].getsockname()[1]
    print("listening " + address, flush=True)
    threading.Thread(target=obey, daemon=True).start()
    await asyncio.Event().wait()


if sys.argv[2] == "uvloop":
    try:
        import uvloop
    except ImportError as e:
        print("unavailable %s" % e, flush=True)
        sys.exit()
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
asyncio.run(main(sys.argv[1]))
