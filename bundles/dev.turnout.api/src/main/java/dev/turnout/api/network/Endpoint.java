// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names a place to listen at or connect to, as a URI: filters, outermost first, the transport's scheme, an address, options.
 *
 * <pre>
 *   tcp://127.0.0.1:8080?backlog=512    tls+tcp://[::1]:443    unix:/run/app.sock    udp://0.0.0.0:53    process:/bin/cat?arg=-u
 * </pre>
 *
 * <p>{@code tcp://*:8080} stands for all interfaces, {@code unix:@name} for an abstract name.
 *
 * @param filters the names before the scheme, outermost first
 * @param scheme the transport
 * @param host host of an address with a port; an empty text stands for all interfaces; null if the endpoint has a path
 * @param port the port, 0 to have one chosen, -1 if the endpoint has a path
 * @param path the path, or an empty text
 * @param options the query, decoded, in its order
 */
public record Endpoint(
        List<String> filters,
        String scheme,
        @Nullable String host,
        int port,
        String path,
        Map<String, String> options) {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9.-]*");

    /** Copies the collections. */
    public Endpoint {
        filters = List.copyOf(filters);
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /**
     * Parses a text.
     *
     * @throws IllegalArgumentException that says what is wrong with it and shows a right one
     */
    public static Endpoint parse(String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw bad(text, "it has half of a character outside the basic plane");
        }
        int colon = text.indexOf(':');
        if (colon <= 0) {
            throw bad(text, "it has no scheme");
        }
        List<String> names = new ArrayList<>(List.of(text.substring(0, colon).split("\\+", -1)));
        for (String name : names) {
            if (!NAME.matcher(name).matches()) {
                throw bad(text, "\"" + name + "\" is no name of a transport or filter");
            }
        }
        String scheme = names.remove(names.size() - 1);
        String rest = text.substring(colon + 1);
        int question = rest.indexOf('?');
        Map<String, String> options = question < 0 ? Map.of() : query(text, rest.substring(question + 1));
        String address = question < 0 ? rest : rest.substring(0, question);
        return address.startsWith("//")
                ? withHost(text, names, scheme, address.substring(2), options)
                : withPath(text, names, scheme, address, options);
    }

    /** Returns an endpoint of host and port. */
    public static Endpoint of(String scheme, String host, int port) {
        return new Endpoint(List.of(), scheme, host, port, "", Map.of());
    }

    /** Returns an endpoint of a path. */
    public static Endpoint of(String scheme, String path) {
        return new Endpoint(List.of(), scheme, null, -1, path, Map.of());
    }

    /** Returns a copy with one more option. */
    public Endpoint with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(options);
        more.put(name, value);
        return new Endpoint(filters, scheme, host, port, path, more);
    }

    /** Returns a copy without options. */
    public Endpoint withoutOptions() {
        return new Endpoint(filters, scheme, host, port, path, Map.of());
    }

    private static Endpoint withHost(
            String text, List<String> filters, String scheme, String authority, Map<String, String> options) {
        int colon = authority.lastIndexOf(':');
        if (colon < 0 || authority.endsWith("]")) {
            throw bad(text, "it has no port");
        }
        String host = authority.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
            if (host.indexOf(':') < 0) {
                throw bad(text, "only an IPv6 address stands in brackets");
            }
        } else if (host.indexOf(':') >= 0) {
            throw bad(text, "an IPv6 address stands in brackets");
        } else if (host.equals("*")) {
            host = "";
        }
        String digits = authority.substring(colon + 1);
        int port;
        try {
            port = Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw bad(text, "\"" + digits + "\" is no port");
        }
        if (port < 0 || port > 65_535) {
            throw bad(text, "port " + port + " is not from 0 to 65535");
        }
        Endpoint endpoint = new Endpoint(filters, scheme, host, port, "", options);
        if (!endpoint.isAuthority()) {
            throw bad(text, "\"" + host + "\" is no host");
        }
        return endpoint;
    }

    /** Tells whether host and port are what a reader of URIs takes for them: a host with a slash, say, would end before that. */
    private boolean isAuthority() {
        try {
            return authority().equals(new URI(withoutOptions().toString()).getRawAuthority());
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static Endpoint withPath(
            String text, List<String> filters, String scheme, String address, Map<String, String> options) {
        String path = decode(text, address);
        if (path.isEmpty()) {
            throw bad(text, "it has no path");
        }
        return new Endpoint(filters, scheme, null, -1, path, options);
    }

    private static Map<String, String> query(String text, String query) {
        Map<String, String> options = new LinkedHashMap<>();
        for (String part : query.split("&", -1)) {
            int equals = part.indexOf('=');
            if (equals <= 0) {
                throw bad(text, "option \"" + part + "\" is not written name=value");
            }
            String name = decode(text, part.substring(0, equals));
            if (options.put(name, decode(text, part.substring(equals + 1))) != null) {
                throw bad(text, "option \"" + name + "\" stands there twice");
            }
        }
        return options;
    }

    private static String decode(String text, String part) {
        try {
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw bad(text, "\"" + part + "\" has a broken % escape");
        }
    }

    private static IllegalArgumentException bad(String text, String why) {
        return new IllegalArgumentException("\"" + text + "\" is no endpoint: " + why
                + "; write for example tcp://127.0.0.1:8080?backlog=512, tls+tcp://[::1]:443 or unix:/run/app.sock");
    }

    /** Returns the endpoint as a URI. */
    public URI toUri() {
        try {
            return new URI(toString());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the text that {@link #parse} takes. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        filters.forEach(filter -> text.append(filter).append('+'));
        text.append(scheme).append(':');
        if (host == null) {
            // two slashes would say that a host follows
            text.append(path.startsWith("//") ? "/%2F" + encode(path.substring(2)) : encode(path));
        } else {
            text.append("//").append(authority());
        }
        char separator = '?';
        for (Map.Entry<String, String> option : options.entrySet()) {
            text.append(separator).append(encode(option.getKey())).append('=').append(encode(option.getValue()));
            separator = '&';
        }
        return text.toString();
    }

    private String authority() {
        String shown = host == null || host.isEmpty() ? "*" : host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return shown + ":" + port;
    }

    private static String encode(String part) {
        StringBuilder text = new StringBuilder();
        for (byte b : part.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = c < 128 && (Character.isLetterOrDigit(c) || "/.-_~@:,".indexOf(c) >= 0);
            text.append(plain ? String.valueOf(c) : String.format("%%%02X", b));
        }
        return text.toString();
    }
}
