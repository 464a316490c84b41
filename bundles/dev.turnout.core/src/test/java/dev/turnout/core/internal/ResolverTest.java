// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.NameInfo;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.core.LoopFixture;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names and addresses, with a resolver that writes down what it is asked. */
class ResolverTest extends LoopFixture {

    private List<String> asked;
    private List<Thread> askedOn;
    private CountDownLatch answerable;

    @Override
    protected IoLoop newLoop() {
        asked = new CopyOnWriteArrayList<>();
        askedOn = new CopyOnWriteArrayList<>();
        answerable = new CountDownLatch(0);
        try {
            return new SelectorLoop("test-loop", SelectorProvider.provider(), this::answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private InetAddress[] answer(String host) throws UnknownHostException {
        asked.add(host);
        askedOn.add(Thread.currentThread());
        try {
            answerable.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return switch (host) {
            case "both" ->
                new InetAddress[] {
                    InetAddress.getByName("::1"), InetAddress.getByName("127.0.0.1"), InetAddress.getByName("127.0.0.2")
                };
            case "empty" -> new InetAddress[0];
            default -> InetAddress.getAllByName(host);
        };
    }

    @Test
    @Spec("EXEC-7")
    void resolvesOffTheLoopAndKeepsTheResolversOrder() {
        Thread self = Thread.currentThread();

        List<InetSocketAddress> all = run(loop.getaddrinfo("both", "80", null));
        List<InetSocketAddress> four = run(loop.getaddrinfo("both", "80", StandardProtocolFamily.INET));

        assertEquals(
                List.of("0:0:0:0:0:0:0:1", "127.0.0.1", "127.0.0.2"),
                all.stream().map(a -> a.getAddress().getHostAddress()).toList());
        assertEquals(2, four.size());
        assertNotSame(self, askedOn.get(0));
        assertTrue(askedOn.get(0).getName().startsWith("test-loop-worker"));
    }

    @Test
    @Spec("EXEC-7")
    void theLoopTurnsWhileALookupIsSlow() {
        answerable = new CountDownLatch(1);
        CompletableFuture<List<InetSocketAddress>> slow =
                loop.getaddrinfo("both", "1", null).toCompletableFuture();
        for (int i = 0; i < 5; i++) {
            loop.callSoon(() -> trace.add("turn"));
            runTurns(1);
        }

        assertFalse(slow.isDone());
        assertEquals(5, trace.size());
        answerable.countDown();
        assertEquals(3, run(slow).size());
    }

    @Test
    @Spec("EXEC-7")
    void findsTheNameOfAnAddressOffTheLoop() throws Exception {
        NameInfo info = run(loop.getnameinfo(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 1)));

        assertFalse(info.host().isEmpty());
        assertThrows(
                IllegalArgumentException.class,
                () -> loop.getnameinfo(InetSocketAddress.createUnresolved("example.invalid", 1)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"127.0.0.1", "10.20.30.255", "::1", "fe80::1", "::ffff:1.2.3.4", "2001:db8::8:800:200c:417a"})
    @Spec("EXEC-8")
    void literalsAreNotSentToTheResolver(String literal) {
        CompletableFuture<List<InetSocketAddress>> answer =
                loop.getaddrinfo(literal, "7", null).toCompletableFuture();

        assertTrue(answer.isDone());
        assertEquals(7, answer.join().get(0).getPort());
        assertEquals(List.of(), asked);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1.example.invalid",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.256",
                "01.2.3.4",
                "1..2.3",
                "1:2",
                "a.b",
                "1.2.3.4.",
                "+1.2.3.4"
            })
    @Spec("EXEC-8")
    void whatOnlyLooksLikeALiteralIsNone(String text) {
        assertEquals(null, Resolver.literal(text));
    }

    @ParameterizedTest
    @CsvSource({"80,80", "0,0", "65535,65535", "'',0", ",0"})
    @Spec("EXEC-9")
    void takesPortsAsNumbersAndNothingAsZero(String port, int expected) {
        assertEquals(
                expected, run(loop.getaddrinfo("127.0.0.1", port, null)).get(0).getPort());
    }

    @Test
    @Spec("EXEC-9")
    void takesPortsAsServiceNames() {
        Assumptions.assumeTrue(Files.isReadable(Path.of("/etc/services")), "there is no list of services");

        assertEquals(80, run(loop.getaddrinfo("127.0.0.1", "http", null)).get(0).getPort());
    }

    @Test
    @Spec({"EXEC-9", "JAVA-10"})
    void refusesPortsThatAreNone() {
        assertThrows(IllegalArgumentException.class, () -> loop.getaddrinfo("127.0.0.1", "65536", null));
        assertThrows(IllegalArgumentException.class, () -> loop.getaddrinfo("127.0.0.1", "-1", null));
        assertThrows(IllegalArgumentException.class, () -> loop.getaddrinfo("127.0.0.1", "99999999999", null));
        Throwable unknown = failure("127.0.0.1", "no-such-service");
        assertTrue(unknown.getMessage().contains("no-such-service"), unknown.getMessage());
        assertTrue(unknown.getMessage().contains("use a number"), unknown.getMessage());
    }

    @Test
    @Spec("EXEC-9")
    void noHostMeansAllInterfaces() {
        assertTrue(run(loop.getaddrinfo(null, "5", null)).get(0).getAddress().isAnyLocalAddress());
        assertTrue(
                run(loop.getaddrinfo("", "5", StandardProtocolFamily.INET6))
                                .get(0)
                                .getAddress()
                        instanceof Inet6Address);
    }

    @Test
    @Spec("EXEC-10")
    void aZoneIsLeftToTheResolverAndReachesTheAddress() throws Exception {
        NetworkInterface loopback = Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                .filter(ResolverTest::isLoopbackWithIpv6)
                .findFirst()
                .orElse(null);
        Assumptions.assumeTrue(loopback != null, "there is no IPv6 here");
        String host = "::1%" + loopback.getName();

        InetSocketAddress address = run(loop.getaddrinfo(host, "9", null)).get(0);

        assertEquals(List.of(host), asked);
        assertEquals(loopback.getIndex(), ((Inet6Address) address.getAddress()).getScopeId());
    }

    private static boolean isLoopbackWithIpv6(NetworkInterface candidate) {
        try {
            return candidate.isLoopback()
                    && candidate.inetAddresses().anyMatch(address -> address instanceof Inet6Address);
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    @Spec("EXEC-11")
    void anEmptyAnswerIsAnIoErrorThatSaysSo() {
        IOException empty = assertInstanceOf(IOException.class, failure("empty", "1"));
        Throwable ofFamily = assertThrows(
                        CompletionException.class,
                        () -> run(loop.getaddrinfo("127.0.0.1", "1", StandardProtocolFamily.INET6)))
                .getCause();

        assertTrue(empty.getMessage().contains("returned no address"), empty.getMessage());
        assertTrue(ofFamily.getMessage().contains("of family INET6"), ofFamily.getMessage());
    }

    @Test
    @Spec("EXEC-12")
    void closingTheLoopDuringALookupNeitherHangsNorBreaks() {
        answerable = new CountDownLatch(1);
        CompletableFuture<List<InetSocketAddress>> pending =
                loop.getaddrinfo("both", "1", null).toCompletableFuture();
        await(() -> !asked.isEmpty());

        loop.close();
        answerable.countDown();

        await(pending::isDone);
        assertEquals(List.of(), log.at(Level.SEVERE));
    }

    @Test
    @Spec("EXEC-13")
    void aSlowLookupIsLoggedInDebugMode() {
        loop.setSlowCallbackDuration(Duration.ofNanos(1));
        run(loop.getaddrinfo("both", "1", null));
        assertFalse(log.has(Level.WARNING, "resolving"));
        loop.setDebug(true);

        run(loop.getaddrinfo("both", "1", null));

        assertTrue(log.has(Level.WARNING, "resolving both:1 took"), () -> "" + log.texts(Level.WARNING));
    }

    private Throwable failure(String host, String port) {
        return assertThrows(CompletionException.class, () -> run(loop.getaddrinfo(host, port, null)))
                .getCause();
    }
}
