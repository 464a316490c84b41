// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.transport.Transport;
import dev.turnout.api.transport.WaterMarks;
import dev.turnout.testkit.Hook;
import dev.turnout.testkit.LoopThread;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.function.Supplier;

/** Makes what the contract suites need of a kind of transport; one for each test, closed after it. Thread: the test's. */
public interface StreamFixture extends AutoCloseable {

    /** Names what not every kind of transport has. */
    enum Capability {

        /** It takes over channels that were connected elsewhere: {@link #adopt}. */
        ADOPT,

        /** Its {@link dev.turnout.api.transport.SocketView} has the options of a socket. */
        SOCKET_OPTIONS,

        /** Each side may end its own sending and go on receiving. */
        HALF_CLOSE,

        /** With nothing to send, its close is over without the peer's help. */
        CLOSES_ALONE,

        /** It tells a buffered protocol nothing of how much waits. */
        NO_SIZE_HINT,

        /** It goes on after an exception of {@code connectionMade}. */
        SURVIVES_CONNECTION_MADE,

        /** Nothing stands between the protocol and the transport of the socket. */
        PLAIN,

        /** Its protocols can hand over to others. */
        HANDOVER,

        /** Both ends have addresses, and there is a view of the socket. */
        ADDRESSES,

        /** A peer can break the connection so that this side sees a reset. */
        RESET,

        /** Connecting can fail for want of somebody who accepts. */
        REFUSAL,

        /** What the system takes is with the system when {@code write} returns; else a helper thread brings it there (JAVA-35). */
        WRITES_AT_ONCE,

        /** The peer can see the end of the stream when {@code writeEof} returns; else a turn of the loop later. */
        SHUTS_AT_ONCE
    }

    /** Tells whether the kind of transport has something; tests that need what it has not are skipped, with that as the reason. */
    default boolean has(Capability capability) {
        return true;
    }

    /** Returns the marks that a transport of this kind begins with. */
    default WaterMarks defaultMarks() {
        return WaterMarks.DEFAULT;
    }

    /** Makes a loop. */
    IoLoop newLoop(String name);

    /**
     * Opens a connection between a transport with this protocol and a peer of the test, and returns after {@code connectionMade}.
     *
     * @param options stream options as text
     * @param early runs on the loop when the peer is connected, and if possible before {@code connectionMade}
     */
    Link open(LoopThread loop, BaseProtocol protocol, Map<String, String> options, Hook<Peer> early);

    /** Opens a connection with a transport at both ends, and returns after {@code connectionMade} of both. */
    void openPair(LoopThread loop, BaseProtocol server, BaseProtocol client);

    /** Connects where nobody listens, and throws the failure of the connect operation. */
    void connectToNobody(LoopThread loop, Supplier<BaseProtocol> factory);

    /** Connects with this factory to a peer that accepts; throws the failure of the connect operation, else returns the link. */
    Link connect(LoopThread loop, Supplier<BaseProtocol> factory);

    /** Returns the peer of the connection opened or tried last. */
    Peer lastPeer();

    /**
     * Puts a transport with this protocol upon a channel that the test keeps, so that it can take bytes away from it behind its back.
     *
     * <p>Called only if there is {@link Capability#ADOPT}.
     *
     * @return the adopted channel and the peer of it
     */
    default Adopted adopt(LoopThread loop, BaseProtocol protocol) {
        throw new UnsupportedOperationException("this kind of transport adopts no channel");
    }

    /**
     * Is a transport upon a channel that the test knows.
     *
     * @param transport the transport
     * @param channel the channel it uses
     * @param peer the other end
     */
    record Adopted(Transport transport, SocketChannel channel, Peer peer) {}

    @Override
    void close();
}
