// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                // text                                   | filters | scheme  | host        | port  | path         |
                // options
                "tcp://127.0.0.1:8080                     | []      | tcp     | 127.0.0.1   | 8080  | ''           | {}",
                "tcp://*:80                               | []      | tcp     | ''          | 80    | ''           | {}",
                "tcp://localhost:0                        | []      | tcp     | localhost   | 0     | ''           | {}",
                "tcp://[::1]:443                          | []      | tcp     | ::1         | 443   | ''           | {}",
                "tcp://127.0.0.1:1?backlog=512            | []      | tcp     | 127.0.0.1   | 1     | ''           | {backlog=512}",
                "tcp://127.0.0.1:1?a=1&b=2                | []      | tcp     | 127.0.0.1   | 1     | ''           | {a=1, b=2}",
                "tls+tcp://example.org:443?tls.alpn=h2    | [tls]   | tcp     | example.org | 443   | ''           | {tls.alpn=h2}",
                "a+b+tcp://h:65535                        | [a, b]  | tcp     | h           | 65535 | ''           | {}",
                "unix:/run/app.sock                       | []      | unix    | -           | -1    | /run/app.sock| {}",
                "unix:relative                            | []      | unix    | -           | -1    | relative     | {}",
                "unix:@name                               | []      | unix    | -           | -1    | @name        | {}",
                "tls+unix:/s?tls.server.hostname=x        | [tls]   | unix    | -           | -1    | /s           | {tls.server.hostname=x}",
                "unix:/a%20b%3F                           | []      | unix    | -           | -1    | /a b?        | {}",
                "unix:/c++                                | []      | unix    | -           | -1    | /c++         | {}",
                "udp://0.0.0.0:53                         | []      | udp     | 0.0.0.0     | 53    | ''           | {}",
                "process:/bin/cat?arg=-u                  | []      | process | -           | -1    | /bin/cat     | {arg=-u}",
                "pipe:/run/in.fifo?mode=read              | []      | pipe    | -           | -1    | /run/in.fifo | {mode=read}",
                "vsock://3:1024                           | []      | vsock   | 3           | 1024  | ''           | {}",
                "tcp://h:1?x=a%26b%3Dc                    | []      | tcp     | h           | 1     | ''           | {x=a&b=c}",
                "unix:/%2Fa/b                             | []      | unix    | -           | -1    | //a/b        | {}",
                "tcp://[fe80::1%25lo]:1                   | []      | tcp     | fe80::1%25lo| 1     | ''           | {}",
                "tcp://h:1?x=                             | []      | tcp     | h           | 1     | ''           | {x=}",
            })
    void readsAndWritesTheSame(
            String text, String filters, String scheme, String host, int port, String path, String options) {
        Endpoint endpoint = Endpoint.parse(text);

        assertEquals(filters, endpoint.filters().toString());
        assertEquals(scheme, endpoint.scheme());
        assertEquals(host, endpoint.host());
        assertEquals(port, endpoint.port());
        assertEquals(path, endpoint.path());
        assertEquals(options, endpoint.options().toString());
        assertEquals(endpoint, Endpoint.parse(endpoint.toString()), "what is written can be read");
        assertEquals(scheme, endpoint.toUri().getScheme().replaceAll(".*\\+", ""));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "''                    | no scheme",
                "nonsense              | no scheme",
                ":80                   | no scheme",
                "TCP://h:1             | no name",
                "tls++tcp://h:1        | no name",
                "+tcp://h:1            | no name",
                "tcp://h               | no port",
                "tcp://[::1]           | no port",
                "tcp://h:              | no port",
                "tcp://h:http          | no port",
                "tcp://h:65536         | 65536",
                "tcp://h:-1            | -1",
                "tcp://::1:80          | brackets",
                "tcp://[*]:80          | only an IPv6",
                "tcp://[h]:80          | only an IPv6",
                "tcp://[::1]]:80       | no host",
                "tcp://[x:y]:80        | no host",
                "tcp://a b:80          | no host",
                "tcp://a/b:80          | no host",
                "tcp://a#b:80          | no host",
                "unix:/\uD800          | half",
                "unix:                 | no path",
                "unix:?a=b             | no path",
                "unix:/a%zz            | escape",
                "tcp://h:1?backlog     | name=value",
                "tcp://h:1?=5          | name=value",
                "tcp://h:1?a=1&a=2     | twice",
                "tcp://h:1?            | name=value",
            })
    void saysWhatIsWrongAndShowsARightOne(String text, String why) {
        IllegalArgumentException wrong = assertThrows(IllegalArgumentException.class, () -> Endpoint.parse(text));

        assertTrue(wrong.getMessage().contains(why), wrong.getMessage());
        assertTrue(wrong.getMessage().contains("tcp://127.0.0.1:8080"), wrong.getMessage());
    }

    @Test
    void isAValue() {
        Endpoint endpoint = Endpoint.of("tcp", "h", 1).with("a", "1").with("b", "2");

        assertEquals(Map.of("a", "1", "b", "2"), endpoint.options());
        assertEquals(Endpoint.of("tcp", "h", 1), endpoint.withoutOptions());
        assertThrows(
                UnsupportedOperationException.class, () -> endpoint.options().put("c", "3"));
        assertEquals(List.of(), Endpoint.of("unix", "/s").filters());
        assertEquals("unix:/s", Endpoint.of("unix", "/s").toString());
    }
}
