// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.turnout.testkit.Spec;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * Is every suite of this package at once, for a transport over sockets that knows half-close.
 *
 * <p>A subclass may name, by {@link Spec}, the statements that are thereby checked of its transport; the list must then be exactly that of the tests.
 */
public abstract class StreamTransportContract {

    /** Makes the suites. */
    protected StreamTransportContract() {}

    /** Makes a fixture for one test. */
    protected abstract StreamFixture newFixture();

    @Test
    void namesExactlyTheStatementsThatItsSuitesCheck() {
        Spec named = getClass().getAnnotation(Spec.class);
        if (named == null) {
            return;
        }

        Set<String> checked = new TreeSet<>();
        for (Class<?> nested : StreamTransportContract.class.getDeclaredClasses()) {
            for (Method method : nested.getSuperclass().getDeclaredMethods()) {
                Spec spec = method.getAnnotation(Spec.class);
                checked.addAll(spec == null ? List.of() : List.of(spec.value()));
            }
        }

        assertEquals(checked, new TreeSet<>(List.of(named.value())));
    }

    @Nested
    class Closing extends ClosingContract {

        @Override
        protected StreamFixture newFixture() {
            return StreamTransportContract.this.newFixture();
        }
    }

    @Nested
    class Reading extends ReadingContract {

        @Override
        protected StreamFixture newFixture() {
            return StreamTransportContract.this.newFixture();
        }
    }

    @Nested
    class Writing extends WritingContract {

        @Override
        protected StreamFixture newFixture() {
            return StreamTransportContract.this.newFixture();
        }
    }

    @Nested
    class HalfClose extends HalfCloseContract {

        @Override
        protected StreamFixture newFixture() {
            return StreamTransportContract.this.newFixture();
        }
    }

    @Nested
    class FlowControl extends FlowControlContract {

        @Override
        protected StreamFixture newFixture() {
            return StreamTransportContract.this.newFixture();
        }
    }

    @Nested
    class ProtocolOrder extends ProtocolOrderContract {

        @Override
        protected StreamFixture newFixture() {
            return StreamTransportContract.this.newFixture();
        }
    }

    @Nested
    class EndOfStream extends EndOfStreamContract {

        @Override
        protected StreamFixture newFixture() {
            return StreamTransportContract.this.newFixture();
        }
    }

    @Nested
    class Buffered extends BufferedContract {

        @Override
        protected StreamFixture newFixture() {
            return StreamTransportContract.this.newFixture();
        }
    }

    @Nested
    class CallbackError extends CallbackErrorContract {

        @Override
        protected StreamFixture newFixture() {
            return StreamTransportContract.this.newFixture();
        }
    }

    @Nested
    class ExtraInfo extends ExtraInfoContract {

        @Override
        protected StreamFixture newFixture() {
            return StreamTransportContract.this.newFixture();
        }
    }

    @Nested
    class Safety extends SafetyContract {

        @Override
        protected StreamFixture newFixture() {
            return StreamTransportContract.this.newFixture();
        }
    }

    @Nested
    class Trace extends TraceContract {

        @Override
        protected StreamFixture newFixture() {
            return StreamTransportContract.this.newFixture();
        }
    }

    @Nested
    class UndeclaredSwitch extends UndeclaredSwitchContract {

        @Override
        protected StreamFixture newFixture() {
            return StreamTransportContract.this.newFixture();
        }
    }

    @Nested
    class Handover extends HandoverContract {

        @Override
        protected StreamFixture newFixture() {
            return StreamTransportContract.this.newFixture();
        }
    }

    @Nested
    class HandoverPosition extends HandoverPositionContract {

        @Override
        protected StreamFixture newFixture() {
            return StreamTransportContract.this.newFixture();
        }
    }
}
