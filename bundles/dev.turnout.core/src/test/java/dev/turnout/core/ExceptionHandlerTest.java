// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.ErrorContext;
import dev.turnout.api.loop.ExceptionHandler;
import dev.turnout.testkit.Spec;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

/** Who is told of failures. */
class ExceptionHandlerTest extends LoopFixture {

    private final List<ErrorContext> reports = new ArrayList<>();
    private final IllegalArgumentException failure = new IllegalArgumentException("mine");

    @Test
    @Spec({"ERR-1", "ERR-2"})
    void aCallbackThatThrowsIsReportedAndTheLoopGoesOn() {
        loop.setExceptionHandler((from, context) -> reports.add(context));
        loop.callSoon(this::fail);
        loop.callLater(0, this::fail);
        loop.callSoon(() -> trace.add("later callback"));

        runTurns(1);

        assertEquals(List.of("later callback"), trace);
        assertEquals(2, reports.size());
        assertSame(failure, reports.get(0).exception());
        assertTrue(reports.get(0).message().startsWith("Exception in callback"));
        assertTrue(reports.get(0).part(ErrorContext.HANDLE).isPresent());
    }

    @Test
    @Spec({"ERR-3", "JAVA-31"})
    void theDefaultHandlerLogsOneRecordWithSortedPartsAndTheStack() {
        ErrorContext context = ErrorContext.of("it failed", failure)
                .with("zebra", 1)
                .with(ErrorContext.PROTOCOL, "p")
                .with("aardvark", 2);

        loop.callExceptionHandler(context);

        List<LogRecord> records = log.at(Level.SEVERE);
        assertEquals(1, records.size());
        assertEquals(
                List.of("it failed", "aardvark: 2", "protocol: p", "zebra: 1"),
                records.get(0).getMessage().lines().toList());
        assertSame(failure, records.get(0).getThrown());
    }

    @Test
    @Spec("ERR-4")
    void nullRestoresTheDefaultHandler() {
        ExceptionHandler custom = (from, context) -> reports.add(context);
        assertNull(loop.getExceptionHandler());
        loop.setExceptionHandler(custom);
        assertSame(custom, loop.getExceptionHandler());

        loop.setExceptionHandler(null);
        loop.callExceptionHandler(ErrorContext.of("to the log", null));

        assertNull(loop.getExceptionHandler());
        assertEquals(List.of(), reports);
        assertTrue(log.has(Level.SEVERE, "to the log"));
    }

    @Test
    @Spec("ERR-5")
    void aCustomHandlerGetsTheLoopAndMayCallTheDefaultOne() {
        loop.setExceptionHandler((from, context) -> {
            assertSame(loop, from);
            reports.add(context);
            from.defaultExceptionHandler(context);
        });

        loop.callExceptionHandler(ErrorContext.of("both", null));

        assertEquals("both", reports.get(0).message());
        assertTrue(log.has(Level.SEVERE, "both"));
    }

    @Test
    @Spec("ERR-6")
    void aHandlerThatThrowsIsReportedWithTheFirstContext() {
        RuntimeException second = new IllegalStateException("the handler's own");
        loop.setExceptionHandler((from, context) -> {
            throw second;
        });
        loop.callSoon(this::fail);
        loop.callSoon(() -> trace.add("survived"));

        runTurns(1);

        assertEquals(List.of("survived"), trace);
        LogRecord record = log.at(Level.SEVERE).get(0);
        assertSame(second, record.getThrown());
        assertTrue(record.getMessage().contains("Unhandled error in exception handler"));
        assertTrue(record.getMessage().contains("Exception in callback"), record.getMessage());
        assertTrue(record.getMessage().contains("mine"), record.getMessage());
    }

    @Test
    @Spec("ERR-7")
    void aDefaultHandlerThatFailsIsLoggedAndSwallowed() {
        Object unprintable = new Object() {
            @Override
            public String toString() {
                throw new IllegalStateException("no text for you");
            }
        };
        loop.callSoon(() ->
                loop.callExceptionHandler(ErrorContext.of("first", failure).with("part", unprintable)));
        loop.callSoon(() -> trace.add("survived"));

        runTurns(1);

        assertEquals(List.of("survived"), trace);
        assertTrue(log.has(Level.SEVERE, "Exception in default exception handler"));
    }

    @Test
    @Spec("ERR-7")
    void whatALogCannotTakeGoesToTheErrorStreamAndTheLoopGoesOn() {
        log.failWith(new NoClassDefFoundError("no class for you"));
        PrintStream before = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            loop.callSoon(this::fail);
            loop.callSoon(() -> trace.add("survived"));
            runTurns(1);
        } finally {
            System.setErr(before);
        }

        assertEquals(List.of("survived"), trace);
        String text = printed.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("Exception in callback") && text.contains("mine"), text);
        assertTrue(text.contains("could not be logged: java.lang.NoClassDefFoundError: no class for you"), text);
    }

    @Test
    @Spec("ERR-8")
    void aMissingMessageIsReplaced() {
        loop.callExceptionHandler(ErrorContext.of(null, null));
        loop.callExceptionHandler(ErrorContext.of("", failure));

        assertEquals(
                List.of("Unhandled exception in event loop", "Unhandled exception in event loop"),
                log.texts(Level.SEVERE));
    }

    @Test
    @Spec("CB-14")
    void aHandlerThatThrowsDisturbsNoOtherAndKeepsItsRegistration() throws Exception {
        loop.setExceptionHandler((from, context) -> reports.add(context));
        Pipe bad = readablePipe();
        Pipe good = readablePipe();
        loop.register(bad.source(), SelectionKey.OP_READ, ops -> fail());
        loop.register(good.source(), SelectionKey.OP_READ, ops -> trace.add("good"));

        runTurns(2);

        assertEquals(List.of("good", "good"), trace);
        assertEquals(2, reports.size());
        assertSame(bad.source(), reports.get(0).part(ErrorContext.SOCKET).orElseThrow());
    }

    @Test
    @Spec({"CB-15", "ERR-9"})
    void linkageErrorsAndStackOverflowsAreReportedAndDoNotEndTheLoop() {
        loop.setExceptionHandler((from, context) -> reports.add(context));
        loop.callSoon(() -> {
            throw new NoClassDefFoundError("gone after an update");
        });
        loop.callSoon(() -> trace.add(endless(0)));
        loop.callSoon(() -> {
            throw new AssertionError("an error, but not the VM's");
        });
        loop.callSoon(() -> trace.add("survived"));

        runTurns(1);

        assertEquals(List.of("survived"), trace);
        assertEquals(
                List.of(NoClassDefFoundError.class, StackOverflowError.class, AssertionError.class),
                reports.stream().map(r -> r.exception().getClass()).toList());
    }

    @SuppressWarnings("InfiniteRecursion")
    private static int endless(int depth) {
        return endless(depth + 1) + 1;
    }

    private void fail() {
        throw failure;
    }
}
