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
 * Is every suite for datagrams at once.
 *
 * <p>A subclass may name, by {@link Spec}, the statements that are thereby checked of its transport; the list must then be exactly that of the tests.
 */
public abstract class DatagramTransportContract {

    /** Makes the suites. */
    protected DatagramTransportContract() {}

    /** Makes a fixture for one test. */
    protected abstract DatagramFixture newFixture();

    @Test
    void namesExactlyTheStatementsThatItsSuitesCheck() {
        Spec named = getClass().getAnnotation(Spec.class);
        if (named == null) {
            return;
        }

        Set<String> checked = new TreeSet<>();
        for (Class<?> nested : DatagramTransportContract.class.getDeclaredClasses()) {
            for (Method method : nested.getSuperclass().getDeclaredMethods()) {
                Spec spec = method.getAnnotation(Spec.class);
                checked.addAll(spec == null ? List.of() : List.of(spec.value()));
            }
        }

        assertEquals(checked, new TreeSet<>(List.of(named.value())));
    }

    @Nested
    class Sending extends DatagramSendingContract {

        @Override
        protected DatagramFixture newFixture() {
            return DatagramTransportContract.this.newFixture();
        }
    }

    @Nested
    class Receiving extends DatagramReceivingContract {

        @Override
        protected DatagramFixture newFixture() {
            return DatagramTransportContract.this.newFixture();
        }
    }

    @Nested
    class Errors extends DatagramErrorContract {

        @Override
        protected DatagramFixture newFixture() {
            return DatagramTransportContract.this.newFixture();
        }
    }

    @Nested
    class Closing extends DatagramClosingContract {

        @Override
        protected DatagramFixture newFixture() {
            return DatagramTransportContract.this.newFixture();
        }
    }

    @Nested
    class Handover extends DatagramHandoverContract {

        @Override
        protected DatagramFixture newFixture() {
            return DatagramTransportContract.this.newFixture();
        }
    }
}
