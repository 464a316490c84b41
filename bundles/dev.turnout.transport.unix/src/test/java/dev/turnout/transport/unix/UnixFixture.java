// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.unix;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.spi.Side;
import dev.turnout.api.spi.TransportProvider;
import dev.turnout.core.EventLoops;
import dev.turnout.testkit.contract.SocketFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Opens connections over unix sockets in a folder of its own. */
final class UnixFixture extends SocketFixture {

    private final Path folder;
    private int count;

    UnixFixture(Side side) {
        super(side);
        try {
            folder = Files.createTempDirectory("uds");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public IoLoop newLoop(String name) {
        return EventLoops.newEventLoop(name);
    }

    @Override
    protected TransportProvider provider() {
        return new UnixProvider();
    }

    @Override
    protected SocketAddress freeAddress() {
        return UnixDomainSocketAddress.of(folder.resolve("s" + count++));
    }

    @Override
    protected Endpoint endpoint(SocketAddress address) {
        return Endpoint.of("unix", ((UnixDomainSocketAddress) address).getPath().toString());
    }

    @Override
    protected StandardProtocolFamily family() {
        return StandardProtocolFamily.UNIX;
    }

    @Override
    public void close() {
        super.close();
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
