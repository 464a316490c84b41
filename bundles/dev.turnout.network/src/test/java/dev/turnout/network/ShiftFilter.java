// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.protocol.UnreadBytes;
import dev.turnout.api.spi.Filter;
import dev.turnout.api.spi.FilterProvider;
import dev.turnout.api.spi.Side;
import dev.turnout.api.spi.SwitchReport;
import dev.turnout.api.spi.Upgradeable;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.api.transport.WaterMarks;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLException;

/** Is a filter for tests: both sides greet with the first letter of its name, then each byte is shifted by a number. */
public final class ShiftFilter implements Filter, Protocol {

    /** Makes such filters of one name. */
    public record Provider(String name) implements FilterProvider {

        @Override
        public Filter wrap(IoLoop loop, BaseProtocol upper, Side side, TlsOptions tls, Map<String, String> options) {
            return new ShiftFilter(name.charAt(0), Integer.parseInt(options.getOrDefault("by", "1")), upper);
        }
    }

    private final char greeting;
    private final int by;
    private final CompletableFuture<Transport> established = new CompletableFuture<>();
    private BaseProtocol upper;
    private Transport lower;
    private boolean open;
    private boolean beginning;

    private ShiftFilter(char greeting, int by, BaseProtocol upper) {
        this.greeting = greeting;
        this.by = by;
        this.upper = upper;
    }

    @Override
    public BaseProtocol below() {
        return this;
    }

    @Override
    public CompletionStage<Transport> established() {
        return established;
    }

    @Override
    public void connectionMade(BaseTransport made) {
        lower = (Transport) made;
        send(ByteBuffer.wrap(new byte[] {(byte) greeting}));
    }

    private void send(ByteBuffer data) {
        if (lower instanceof Upgradeable upgradeable) {
            upgradeable.writeFromLayer(data);
        } else {
            lower.write(data);
        }
    }

    @Override
    public void dataReceived(ByteBuffer data) {
        if (!open) {
            byte first = data.get();
            if (first != greeting) {
                established.completeExceptionally(new SSLException("no greeting: " + (char) first));
                lower.abort();
                return;
            }
            open = true;
            beginning = true;
            established.complete(new Above());
            beginning = false;
        }
        if (data.hasRemaining()) {
            ((Protocol) upper).dataReceived(shifted(data, -by).asReadOnlyBuffer());
        }
    }

    private static ByteBuffer shifted(ByteBuffer data, int by) {
        ByteBuffer result = ByteBuffer.allocate(data.remaining());
        while (data.hasRemaining()) {
            result.put((byte) (data.get() + by));
        }
        return result.flip();
    }

    @Override
    public boolean eofReceived() {
        return open && ((Protocol) upper).eofReceived();
    }

    @Override
    public void pauseWriting() {
        if (open) {
            upper.pauseWriting();
        }
    }

    @Override
    public void resumeWriting() {
        if (open) {
            upper.resumeWriting();
        }
    }

    @Override
    public void connectionLost(Throwable cause) {
        if (open) {
            upper.connectionLost(cause);
        } else {
            established.completeExceptionally(new SSLException("lost before the greeting", cause));
        }
    }

    /** Is what the protocol above sees; it cannot send files. */
    final class Above implements Transport, Upgradeable {

        @Override
        public void write(ByteBuffer data) {
            send(shifted(data, by));
        }

        @Override
        public void writeOwned(ByteBuffer data) {
            write(data);
        }

        @Override
        public void writelines(Iterable<ByteBuffer> data) {
            data.forEach(this::write);
        }

        @Override
        public void replaceProtocol(BaseProtocol layer) {
            if (!(layer instanceof Protocol)) {
                throw new IllegalArgumentException("a stream transport needs a Protocol, not " + layer);
            }
            upper = layer;
        }

        @Override
        public void upgrade(BaseProtocol layer) {
            upper = layer;
        }

        @Override
        public void writeFromLayer(ByteBuffer data) {
            write(data);
        }

        @Override
        public boolean isWritingPaused() {
            return false;
        }

        @Override
        public boolean isSwitchingStrict() {
            return false;
        }

        @Override
        public void switchedAbove(SwitchReport report) {
            if (lower instanceof Upgradeable upgradeable) {
                upgradeable.switchedAbove(report);
            }
        }

        @Override
        public void setProtocol(BaseProtocol protocol, UnreadBytes unreadBytes) {
            if (beginning) {
                throw new IllegalStateException("a filter is in the middle of a callback");
            }
            upper = protocol;
        }

        @Override
        public BaseProtocol getProtocol() {
            return upper;
        }

        @Override
        public void writeEof() {
            lower.writeEof();
        }

        @Override
        public boolean canWriteEof() {
            return false;
        }

        @Override
        public void abort() {
            lower.abort();
        }

        @Override
        public long getWriteBufferSize() {
            return lower.getWriteBufferSize();
        }

        @Override
        public WaterMarks getWriteBufferLimits() {
            return lower.getWriteBufferLimits();
        }

        @Override
        public void setWriteBufferLimits(WaterMarks marks) {
            lower.setWriteBufferLimits(marks);
        }

        @Override
        public void setWriteBufferLimits() {
            lower.setWriteBufferLimits();
        }

        @Override
        public boolean isReading() {
            return lower.isReading();
        }

        @Override
        public void pauseReading() {
            lower.pauseReading();
        }

        @Override
        public void resumeReading() {
            lower.resumeReading();
        }

        @Override
        public EventLoop loop() {
            return lower.loop();
        }

        @Override
        public void close() {
            lower.close();
        }

        @Override
        public boolean isClosing() {
            return lower.isClosing();
        }

        @Override
        public Optional<Object> getExtraInfo(String name) {
            return lower.getExtraInfo(name);
        }
    }
}
