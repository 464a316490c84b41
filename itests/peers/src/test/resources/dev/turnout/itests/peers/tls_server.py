# SPDX-License-Identifier: Apache-2.0
"""Serves echo by TLS and prints its port and how connections end: tls_server.py CERTIFICATE KEY [starttls]"""
import asyncio
import ssl
import sys

CONTEXT = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)


class Echo(asyncio.Protocol):
    def __init__(self, upgrade):
        self.secure = not upgrade
        self.early = b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        if self.secure and self.transport is None:
            self.early += data  # asyncio may deliver before start_tls has returned
        elif self.secure:
            self.transport.write(data)
        elif data == b"STARTTLS\n":
            self.secure = True
            asyncio.get_running_loop().create_task(self.upgrade())

    async def upgrade(self):
        clear, self.transport = self.transport, None
        clear.write(b"go ahead\n")
        self.transport = await asyncio.get_running_loop().start_tls(clear, self, CONTEXT, server_side=True)
        self.transport.write(self.early)

    def connection_lost(self, why):
        print("lost", why, flush=True)


async def main(certificate, key, upgrade):
    CONTEXT.load_cert_chain(certificate, key)
    server = await asyncio.get_running_loop().create_server(
        lambda: Echo(upgrade), "127.0.0.1", 0, ssl=None if upgrade else CONTEXT)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await asyncio.sleep(60)


asyncio.run(main(sys.argv[1], sys.argv[2], "starttls" in sys.argv))
