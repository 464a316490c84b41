// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.network.ConnectOptions;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Mixes address families, so that a broken one costs one attempt and not all.
 *
 * @see "CONN-16"
 */
final class Interleave {

    private Interleave() {}

    /** Returns the addresses in the order that the options ask for. */
    static List<SocketAddress> order(List<? extends SocketAddress> addresses, ConnectOptions options) {
        Integer set = options.find(ConnectOptions.INTERLEAVE);
        int first = set != null
                ? set
                : options.get(ConnectOptions.HAPPY_EYEBALLS_DELAY).isZero() ? 0 : 1;
        return first == 0 ? List.copyOf(addresses) : mixed(addresses, first);
    }

    /** Takes {@code first} of the first family, then one of each family in turn. */
    static List<SocketAddress> mixed(List<? extends SocketAddress> addresses, int first) {
        Map<Class<?>, Deque<SocketAddress>> families = new LinkedHashMap<>();
        for (SocketAddress address : addresses) {
            families.computeIfAbsent(family(address), key -> new ArrayDeque<>()).add(address);
        }
        List<SocketAddress> mixed = new ArrayList<>();
        for (Deque<SocketAddress> family : families.values()) {
            for (int i = 1; i < first && family.size() > 1; i++) {
                mixed.add(family.removeFirst());
            }
            break;
        }
        while (mixed.size() < addresses.size()) {
            for (Deque<SocketAddress> family : families.values()) {
                if (!family.isEmpty()) {
                    mixed.add(family.removeFirst());
                }
            }
        }
        return mixed;
    }

    private static Class<?> family(SocketAddress address) {
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getClass()
                : address.getClass();
    }
}
