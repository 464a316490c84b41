// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.dto.ConnectionDTO;
import dev.turnout.api.network.dto.FailedDTO;
import dev.turnout.api.network.dto.LoopDTO;
import dev.turnout.api.network.dto.NetworkDTO;
import dev.turnout.api.network.dto.ProtocolDTO;
import dev.turnout.api.network.dto.ServerDTO;
import dev.turnout.api.network.dto.SwitchDTO;
import dev.turnout.api.network.dto.VersionDTO;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.DatagramCounters;
import dev.turnout.api.transport.ExtraInfo;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Collects the picture of a network: each loop tells about what lives on it. The one class that touches the picture's types. */
final class RuntimeSnapshot {

    /** Holds what one loop told. */
    private record Part(LoopDTO loop, List<ServerDTO> servers, List<ConnectionDTO> connections) {}

    private static final String CLOSED = "closed";

    private RuntimeSnapshot() {}

    static CompletionStage<NetworkDTO> take(Core core) {
        List<CompletionStage<Part>> parts = new ArrayList<>();
        for (IoLoop loop : core.loops.loops()) {
            long asked = System.nanoTime();
            Part part = new Part(new LoopDTO(), new ArrayList<>(), new ArrayList<>());
            parts.add(LoopCalls.on(loop, () -> fill(core, loop, asked, part)).thenApply(filled -> part));
        }
        return LoopCalls.all(parts)
                .thenApply(all -> assemble(
                        core,
                        parts.stream()
                                .map(part -> part.toCompletableFuture().join())
                                .toList()));
    }

    private static void fill(Core core, IoLoop loop, long asked, Part part) {
        part.loop().name = loop.name();
        part.loop().lagNanos = System.nanoTime() - asked;
        part.loop().debug = loop.getDebug();
        for (Session session : core.sessions.values()) {
            if (session.transport.loop() == loop) {
                part.connections().add(connection(session, loop));
            }
        }
        part.loop().connections = part.connections().size();
        for (ServerEntry entry : core.servers) {
            if (entry.server().loop() == loop) {
                part.servers().add(server(entry, loop));
            }
        }
    }

    private static ConnectionDTO connection(Session session, IoLoop loop) {
        BaseTransport transport = session.transport;
        ConnectionDTO dto = new ConnectionDTO();
        dto.id = session.id;
        ServerEntry server = session.origin.server;
        dto.server = server == null ? "" : server.name();
        dto.scheme = session.origin.scheme;
        dto.peer = transport
                .getExtraInfo(ExtraInfo.PEERNAME)
                .map(RuntimeSnapshot::text)
                .orElseGet(() -> otherEnd(transport));
        dto.local = transport
                .getExtraInfo(ExtraInfo.SOCKNAME)
                .map(RuntimeSnapshot::text)
                .orElse("");
        BaseProtocol protocol = session.protocol();
        if (protocol != null) {
            dto.protocol = protocol.getClass().getName();
            dto.bundle = BundleNames.of(protocol.getClass());
        }
        dto.loop = loop.name();
        BaseTransport face = session.face();
        BaseTransport seen = face == null ? transport : face;
        dto.writeBuffer = Kinds.writeBufferSize(seen);
        dto.reading = Kinds.isReading(seen);
        transport.getExtraInfo(ExtraInfo.DATAGRAMS).ifPresent(counters -> count(dto, counters));
        dto.since = session.since;
        dto.cipher = seen.getExtraInfo(ExtraInfo.CIPHER)
                .map(cipher -> cipher.protocol() + " " + cipher.name())
                .orElse("");
        dto.certificateEnds =
                seen.getExtraInfo(ExtraInfo.SSL_OBJECT).map(Certificates::end).orElse(0L);
        return dto;
    }

    private static void count(ConnectionDTO dto, DatagramCounters counters) {
        dto.datagramsReceived = counters.received();
        dto.datagramsSent = counters.sent();
        dto.datagramsDropped = counters.dropped() + counters.oversized();
        dto.datagramErrors = counters.errors();
    }

    /** Names what is at the other end where there are no addresses: a child by process and program, a pipe by its path (PROC-58). */
    private static String otherEnd(BaseTransport transport) {
        return transport
                .getExtraInfo(ExtraInfo.SUBPROCESS)
                .map(process -> "pid " + process.pid() + " "
                        + transport.getExtraInfo(ExtraInfo.COMMAND).orElse(""))
                .orElseGet(() -> transport
                        .getExtraInfo(ExtraInfo.PIPE)
                        .map(Object::toString)
                        .orElse(""));
    }

    private static ServerDTO server(ServerEntry entry, IoLoop loop) {
        ServerDTO dto = new ServerDTO();
        dto.name = entry.name();
        dto.endpoint = entry.endpoint().toString();
        dto.sockets = entry.server().sockets().stream()
                .map(socket -> text(socket.getsockname()))
                .toArray(String[]::new);
        dto.state = dto.sockets.length == 0 ? CLOSED : entry.server().isServing() ? "serving" : "bound";
        if (entry.origin().owner instanceof ConfiguredServer opener) {
            ConfiguredServer configured = opener.successor();
            dto.bundle = BundleNames.of(Core.class);
            dto.protocol = configured.protocol();
            describe(configured, dto);
        } else {
            dto.bundle = Core.ownerName(entry.origin().owner);
        }
        dto.loop = loop.name();
        dto.connections = entry.server().connections();
        dto.accepted = entry.origin().opened.get();
        dto.failedHandshakes = entry.origin().failedFilters.get();
        return dto;
    }

    /** Pictures a server that has closed its socket until its protocol is there. */
    private static ServerDTO refusing(ConfiguredServer server) {
        ServerDTO dto = new ServerDTO();
        dto.name = server.name();
        dto.endpoint = server.where();
        dto.protocol = server.protocol();
        dto.bundle = BundleNames.of(Core.class);
        describe(server, dto);
        dto.state = "refusing until its protocol is there";
        return dto;
    }

    private static void describe(ConfiguredServer server, ServerDTO dto) {
        Charge charge = server.charge();
        if (server.isSuspended() && !isClosed(dto)) {
            dto.state = "suspended";
        } else if (dto.state.equals("serving") && server.isLacking()) {
            dto.state = "waiting for its filter";
        } else if (dto.state.equals("serving") && (charge == null || charge.isVacant())) {
            dto.state = "waiting for its protocol";
        }
        dto.departure = server.options().get(ServerOptions.DEPARTURE).name().toLowerCase(Locale.ROOT);
        SwitchCounters counters = server.counters;
        if (charge != null && !charge.isVacant()) {
            // it is there before its first connection
            counters.of(charge);
        }
        dto.parked = counters.parked.get();
        dto.switched = counters.switched.get();
        dto.failed = counters.failed.get();
        dto.rolledBack = counters.rolledBack.get();
        dto.lost = counters.lost.get();
        dto.versions = counters.versions().entrySet().stream()
                .map(entry -> version(entry.getKey(), entry.getValue(), charge))
                .sorted(Comparator.comparing((VersionDTO version) -> version.protocol)
                        .thenComparing(version -> version.bundle))
                .toArray(VersionDTO[]::new);
    }

    private static boolean isClosed(ServerDTO dto) {
        return dto.state.equals(CLOSED);
    }

    /** Leaves what is counted for all connections of a configured server to the first of its listeners. */
    private static void countOnce(List<ServerDTO> servers) {
        Set<String> counted = new HashSet<>();
        for (ServerDTO server : servers) {
            if (!server.departure.isEmpty() && !counted.add(server.name)) {
                server.parked = 0;
                server.switched = 0;
                server.failed = 0;
                server.rolledBack = 0;
                server.lost = 0;
                server.versions = new VersionDTO[0];
            }
        }
    }

    private static VersionDTO version(
            SwitchCounters.Version key, SwitchCounters.OfVersion counts, @Nullable Charge charge) {
        VersionDTO dto = new VersionDTO();
        dto.protocol = key.protocol();
        dto.bundle = key.bundle();
        dto.inCharge = charge != null
                && !charge.isVacant()
                && charge.protocol().equals(key.protocol())
                && charge.label().equals(key.bundle());
        dto.begun = counts.begun.get();
        dto.switchedTo = counts.switchedTo.get();
        dto.connections = counts.connections.get();
        dto.drainsUntil = counts.drainsUntil;
        return dto;
    }

    private static SwitchDTO change(SwitchEvent event) {
        SwitchDTO dto = new SwitchDTO();
        dto.kind = event.kind().name();
        dto.time = event.timeMillis();
        dto.server = event.server();
        dto.connection = event.connection();
        dto.connections = event.connections();
        dto.from = event.from();
        dto.to = event.to();
        dto.unread = event.unread();
        dto.nanos = event.nanos();
        dto.reason = event.reason();
        return dto;
    }

    private static NetworkDTO assemble(Core core, List<Part> parts) {
        NetworkDTO dto = new NetworkDTO();
        dto.loops = parts.stream().map(Part::loop).toArray(LoopDTO[]::new);
        List<ServerDTO> servers = Stream.concat(
                        parts.stream().flatMap(part -> part.servers().stream()),
                        core.configured.stream()
                                .filter(ConfiguredServer::isRefusing)
                                .map(RuntimeSnapshot::refusing))
                .sorted(Comparator.comparing((ServerDTO server) -> server.name)
                        .thenComparing(RuntimeSnapshot::isClosed)
                        .thenComparing(server -> server.endpoint))
                .toList();
        countOnce(servers);
        dto.servers = servers.toArray(ServerDTO[]::new);
        dto.connections = parts.stream()
                .flatMap(part -> part.connections().stream())
                .sorted(Comparator.comparingLong(connection -> connection.id))
                .toArray(ConnectionDTO[]::new);
        dto.protocols = core.protocols.entries().stream()
                .map(entry -> protocol(core, entry))
                .toArray(ProtocolDTO[]::new);
        dto.transports = core.transports.names().toArray(String[]::new);
        dto.filters = core.filters.names().toArray(String[]::new);
        dto.failed = core.configured.stream()
                .filter(server -> server.failure() != null)
                .map(RuntimeSnapshot::failed)
                .sorted(Comparator.comparing(failed -> failed.name))
                .toArray(FailedDTO[]::new);
        dto.forgottenSwitches = core.events.forgotten();
        dto.switches =
                core.events.latest().stream().map(RuntimeSnapshot::change).toArray(SwitchDTO[]::new);
        return dto;
    }

    private static ProtocolDTO protocol(Core core, Catalog.Entry<ProtocolFactory> entry) {
        ProtocolDTO dto = new ProtocolDTO();
        dto.name = entry.name();
        dto.bundle = BundleNames.of(entry.service().getClass());
        dto.ranking = entry.ranking();
        dto.serviceId = entry.id();
        dto.servers = core.configured.stream()
                .filter(server -> server.chooses(entry))
                .map(ConfiguredServer::name)
                .sorted()
                .toArray(String[]::new);
        return dto;
    }

    private static FailedDTO failed(ConfiguredServer server) {
        FailedDTO dto = new FailedDTO();
        dto.name = server.name();
        Shortfall.Failure failure = server.failure();
        if (failure == null) {
            // mended meanwhile
            dto.reason = "it was being changed while the picture was taken";
            return dto;
        }
        dto.property = failure.property();
        dto.value = failure.value();
        dto.reason = failure.reason();
        return dto;
    }

    /** Writes an address as a user writes it. */
    private static String text(@Nullable SocketAddress address) {
        if (address == null) {
            return "";
        }
        if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
            String host = inet.getAddress().getHostAddress();
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort();
        }
        return address.toString();
    }
}
