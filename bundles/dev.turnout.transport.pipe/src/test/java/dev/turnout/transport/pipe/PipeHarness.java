// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.pipe;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.spi.ConnectRequest;
import dev.turnout.api.spi.PipeRequest;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.ReadTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.api.transport.WriteTransport;
import dev.turnout.core.EventLoops;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.contract.OpenLog;
import java.nio.channels.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Is a loop in debug mode, and a provider to try on it. */
final class PipeHarness implements AutoCloseable {

    final IoLoop loop = EventLoops.newEventLoop("pipes");
    final LoopThread thread = new LoopThread(loop);
    final OpenLog log = new OpenLog();
    private final List<BaseTransport> open = new ArrayList<>();
    private final PipeProvider provider = new PipeProvider();

    ReadTransport read(BaseProtocol protocol, Channel end) {
        ReadTransport transport = thread.await(
                        () -> provider.connectReadPipe(new PipeRequest(loop, end, () -> protocol, log)))
                .transport();
        open.add(transport);
        return transport;
    }

    WriteTransport write(BaseProtocol protocol, Channel end) {
        WriteTransport transport = thread.await(
                        () -> provider.connectWritePipe(new PipeRequest(loop, end, () -> protocol, log)))
                .transport();
        open.add(transport);
        return transport;
    }

    CompletionStage<Connection<Transport>> connect(
            Supplier<? extends BaseProtocol> factory, Object path, Map<String, String> options) {
        return thread.call(() -> provider.connect(new ConnectRequest(
                loop,
                Endpoint.of("pipe", path.toString()),
                ConnectOptions.DEFAULTS.with(options),
                factory,
                false,
                log)));
    }

    @Override
    public void close() {
        if (loop.isClosed()) {
            return;
        }
        thread.run(in -> open.forEach(transport -> ((WriteTransport) transport).abort()));
        thread.settle();
        thread.close();
    }
}
