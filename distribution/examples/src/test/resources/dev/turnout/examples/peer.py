# SPDX-License-Identifier: Apache-2.0
"""Is an asyncio peer: tcp-server, tcp-client, udp-server or udp-client, with a port (0 lets a server choose)."""
import asyncio
import sys

SIZES = (1, 0, 512, 9000, 60000)


def block(size):
    return bytes(i * 7 % 251 for i in range(size))


class TcpServer(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)
        self.transport.close()


class UdpServer(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        self.transport.sendto(data, addr)


class UdpClient(asyncio.DatagramProtocol):
    def __init__(self):
        self.answers = asyncio.Queue()

    def datagram_received(self, data, addr):
        self.answers.put_nowait(data)


async def serve(kind, port):
    loop = asyncio.get_running_loop()
    if kind == "tcp":
        server = await loop.create_server(TcpServer, "127.0.0.1", port)
        chosen = server.sockets[0].getsockname()[1]
    else:
        transport, _ = await loop.create_datagram_endpoint(UdpServer, local_addr=("127.0.0.1", port))
        chosen = transport.get_extra_info("sockname")[1]
    print("port", chosen, flush=True)
    await asyncio.sleep(60)


async def ask_tcp(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"from Python")
    print((await reader.read()).decode(), flush=True)
    writer.close()


async def ask_udp(port):
    loop = asyncio.get_running_loop()
    transport, client = await loop.create_datagram_endpoint(UdpClient, remote_addr=("127.0.0.1", port))
    for size in SIZES:
        if size == 0 and sys.version_info < (3, 13):
            continue  # older versions send no empty datagrams
        transport.sendto(block(size))
        answer = await asyncio.wait_for(client.answers.get(), 10)
        if answer != block(size):
            raise SystemExit(f"sent {size} bytes, got {len(answer)} others")
    transport.close()
    print("all came back", flush=True)


kind, role = sys.argv[1].split("-")
port = int(sys.argv[2])
if role == "server":
    asyncio.run(serve(kind, port))
else:
    asyncio.run(ask_tcp(port) if kind == "tcp" else ask_udp(port))
