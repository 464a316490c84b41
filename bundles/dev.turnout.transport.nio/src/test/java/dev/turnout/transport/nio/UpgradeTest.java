// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Says what a transport refuses once a layer has been put upon it, and which ones take no layer. */
class UpgradeTest {

    private final RecordingProtocol protocol = new RecordingProtocol();

    @Test
    @Spec({"TLS-53", "TLS-54"})
    void letsNothingButTheLayerSend(@TempDir Path folder) throws Exception {
        Path path = Files.write(folder.resolve("f"), new byte[] {1});
        RecordingProtocol layer = new RecordingProtocol();
        try (Pair pair = new Pair(protocol);
                FileChannel file = FileChannel.open(path)) {
            pair.loop.run(on -> {
                pair.transport.upgrade(layer);
                assertThrows(IllegalStateException.class, () -> pair.transport.sendfile(file, 0, -1));
                assertThrows(IllegalStateException.class, () -> pair.transport.setProtocol(protocol));
                assertThrows(IllegalStateException.class, () -> pair.transport.replaceProtocol(protocol));
                assertThrows(IllegalStateException.class, () -> pair.transport.upgrade(protocol));
                assertSame(layer, pair.transport.getProtocol());
                pair.transport.writeFromLayer(ByteBuffer.wrap(new byte[] {2}));
                pair.transport.close();
            });

            assertEquals(List.of((byte) 2), List.of(pair.peer.receive(1)[0]));
        }
    }

    @Test
    @Spec("TLS-58")
    void goesBothWaysOrTakesNoLayer() throws Exception {
        for (Direction way : List.of(Direction.READ, Direction.WRITE)) {
            try (Pair pair = new Pair(protocol, way)) {
                pair.loop.run(on -> {
                    assertThrows(IllegalArgumentException.class, () -> pair.transport.upgrade(new RecordingProtocol()));
                    assertSame(protocol, pair.transport.getProtocol());
                });
            }
        }
    }

    @Test
    @Spec("TLS-58")
    void takesNoLayerAfterItsLastByte() throws Exception {
        try (Pair pair = new Pair(protocol)) {
            pair.loop.run(on -> {
                pair.transport.writeEof();
                assertThrows(IllegalStateException.class, () -> pair.transport.upgrade(new RecordingProtocol()));
                assertSame(protocol, pair.transport.getProtocol());
            });
        }
    }
}
