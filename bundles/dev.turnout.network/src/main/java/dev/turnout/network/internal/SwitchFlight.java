// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.network.SwitchEvent;
import java.util.List;
import java.util.Map;
import jdk.jfr.AnnotationElement;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.EventFactory;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import jdk.jfr.ValueDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Writes events about switches to the flight recorder of the virtual machine.
 *
 * <p>The type is made at run time: an event class of our own would, while a recording runs, need classes inside the virtual machine that the class
 * loader of a bundle does not find. Any thread.
 */
final class SwitchFlight implements AutoCloseable {

    private static final List<AnnotationElement> TYPE = List.of(
            new AnnotationElement(Name.class, "dev.turnout.Switch"),
            new AnnotationElement(Label.class, "Protocol Switch"),
            new AnnotationElement(Category.class, new String[] {"Turnout"}),
            new AnnotationElement(
                    Description.class, "A connection's protocol was exchanged, parked, drained, or could not be"),
            new AnnotationElement(StackTrace.class, false));

    private static final List<ValueDescriptor> FIELDS = List.of(
            field(String.class, "kind", "Kind"),
            field(String.class, "server", "Server"),
            field(long.class, "connection", "Connection"),
            field(int.class, "connections", "Connections"),
            field(String.class, "from", "From"),
            field(String.class, "to", "To"),
            field(int.class, "unread", "Unread Bytes"),
            new ValueDescriptor(
                    long.class,
                    "pause",
                    List.of(
                            new AnnotationElement(Label.class, "Pause"),
                            new AnnotationElement(Timespan.class, Map.of("value", Timespan.NANOSECONDS)))),
            field(String.class, "reason", "Reason"));

    private @Nullable EventFactory factory;

    private static ValueDescriptor field(Class<?> type, String name, String label) {
        return new ValueDescriptor(type, name, List.of(new AnnotationElement(Label.class, label)));
    }

    /** Records an event, if a recording wants it. */
    void record(SwitchEvent event) {
        if (!FlightRecorder.isAvailable() || !FlightRecorder.isInitialized()) {
            return;
        }
        Event flight = factory().newEvent();
        if (!flight.shouldCommit()) {
            return;
        }
        Object[] values = {
            event.kind().name(),
            event.server(),
            event.connection(),
            event.connections(),
            event.from(),
            event.to(),
            event.unread(),
            event.nanos(),
            event.reason()
        };
        for (int i = 0; i < values.length; i++) {
            flight.set(i, values[i]);
        }
        flight.commit();
    }

    private synchronized EventFactory factory() {
        EventFactory made = factory;
        if (made == null) {
            made = EventFactory.create(TYPE, FIELDS);
            factory = made;
        }
        return made;
    }

    /** Takes the type out of the flight recorder. */
    @Override
    public synchronized void close() {
        EventFactory made = factory;
        factory = null;
        if (made != null) {
            made.unregister();
        }
    }
}
