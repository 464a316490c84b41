// SPDX-License-Identifier: Apache-2.0
package dev.turnout.eventadmin;

import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.SwitchListener;
import java.util.HashMap;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.event.EventConstants;

/**
 * Posts every event about a switch to Event Admin.
 *
 * <p>The topic is {@code dev/turnout/switch/} and the event's kind, such as {@code dev/turnout/switch/SWITCHED}. The properties, all of them always
 * present:
 *
 * <table>
 * <caption>Properties</caption>
 * <tr><th>name</th><th>type</th><th>value</th></tr>
 * <tr><td>{@code timestamp}</td><td>Long</td><td>when, in milliseconds since 1970</td></tr>
 * <tr><td>{@code server}</td><td>String</td><td>the name of the configured server, or an empty text</td></tr>
 * <tr><td>{@code connection}</td><td>Long</td><td>the connection's number, or 0 if the event is about several</td></tr>
 * <tr><td>{@code connections}</td><td>Integer</td><td>how many connections it is about</td></tr>
 * <tr><td>{@code from}</td><td>String</td><td>the protocol before: symbolic name and version of its bundle, else its class</td></tr>
 * <tr><td>{@code to}</td><td>String</td><td>the protocol after, written alike, or an empty text</td></tr>
 * <tr><td>{@code unread}</td><td>Integer</td><td>how many unread bytes were carried</td></tr>
 * <tr><td>{@code nanos}</td><td>Long</td><td>how long the connection was not served because of it</td></tr>
 * <tr><td>{@code reason}</td><td>String</td><td>why, or an empty text</td></tr>
 * </table>
 *
 * <p>Thread: the network's thread for listeners; posting does not wait for handlers. Event Admin keeps the order.
 *
 * @see "SWITCH-56"
 */
@Component
public final class SwitchPublisher implements SwitchListener {

    /** Starts the topics; the kind of the event follows. */
    static final String TOPICS = "dev/turnout/switch/";

    private final EventAdmin eventAdmin;

    /** Makes a publisher for the best Event Admin that there is. */
    @Activate
    public SwitchPublisher(@Reference EventAdmin eventAdmin) {
        this.eventAdmin = eventAdmin;
    }

    @Override
    public void switched(SwitchEvent event) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(EventConstants.TIMESTAMP, event.timeMillis());
        properties.put("server", event.server());
        properties.put("connection", event.connection());
        properties.put("connections", event.connections());
        properties.put("from", event.from());
        properties.put("to", event.to());
        properties.put("unread", event.unread());
        properties.put("nanos", event.nanos());
        properties.put("reason", event.reason());
        eventAdmin.postEvent(new Event(TOPICS + event.kind().name(), properties));
    }
}
