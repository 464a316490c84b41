// SPDX-License-Identifier: Apache-2.0
package dev.turnout.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnnouncementTest {

    @ParameterizedTest
    @CsvSource({
        "tcp://127.0.0.1:8888, nc 127.0.0.1 8888",
        "tcp://[::1]:8888,     nc ::1 8888",
        "tcp://0.0.0.0:9,      nc 127.0.0.1 9",
        "tcp://*:9,            nc 127.0.0.1 9",
        "tcp://[::]:9,         nc 127.0.0.1 9",
        "udp://127.0.0.1:9999, socat - UDP:127.0.0.1:9999",
        "udp://0.0.0.0:9,      socat - UDP:127.0.0.1:9",
        "udp://[::1]:9,        socat - UDP6:[::1]:9",
        "unix:/run/a.sock,     socat - UNIX-CONNECT:/run/a.sock",
        "tls+tcp://127.0.0.1:8443, openssl s_client -quiet -verify_return_error -CAfile c.pem -connect 127.0.0.1:8443",
        "tls+tcp://[::]:8443,  openssl s_client -quiet -verify_return_error -CAfile c.pem -connect 127.0.0.1:8443",
        "tls+tcp://[::1]:8443, openssl s_client -quiet -verify_return_error -CAfile c.pem -connect [::1]:8443",
        "tls+unix:/run/a.sock, openssl s_client -quiet -verify_return_error -CAfile c.pem -unix /run/a.sock",
        "mem:town,             ''",
    })
    void namesAClientForEachKindOfSocket(String socket, String client) {
        assertEquals(client, Announcement.client(socket, Path.of("c.pem")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "tls+tcp://[::1]:8443 | openssl s_client -quiet -verify_return_error -CAfile '/my data/c.pem' -connect [::1]:8443",
                "tls+unix:/my data/s  | openssl s_client -quiet -verify_return_error -CAfile '/my data/c.pem' -unix '/my data/s'",
                "unix:/my data/s      | socat - 'UNIX-CONNECT:/my data/s'",
                "unix:/ann's/s        | socat - 'UNIX-CONNECT:/ann'\\''s/s'",
                "unix:/run/a.sock     | socat - UNIX-CONNECT:/run/a.sock",
            })
    void quotesPathsThatAShellWouldSplit(String socket, String client) {
        assertEquals(client, Announcement.client(socket, Path.of("/my data/c.pem")));
    }

    @Test
    void namesACertificateForThoseServersOnlyThatHaveIt() throws Exception {
        CommandLine line = CommandLine.parse(List.of("--no-shell"), Path.of("/opt/turnout"));
        NetworkPicture picture = new NetworkPicture(
                Map.of("made", List.of("tls+tcp://127.0.0.1:1"), "own", List.of("tls+tcp://127.0.0.1:2")),
                Map.of(),
                Map.of());

        String text = Announcement.of(line, picture, Map.of("made", Path.of("c.pem")));

        assertTrue(
                text.contains("try: openssl s_client -quiet -verify_return_error -CAfile c.pem -connect 127.0.0.1:1"),
                text);
        assertTrue(text.contains("try: openssl s_client -quiet -connect 127.0.0.1:2"), text);
    }

    @Test
    void listsWhatIsServedAndWhatIsNotAndWhy() throws Exception {
        CommandLine line = CommandLine.parse(List.of("--no-shell"), Path.of("/opt/turnout"));
        NetworkPicture picture = new NetworkPicture(
                Map.of("echo", List.of("tcp://127.0.0.1:8888", "mem:town")),
                Map.of("late", "tcp://127.0.0.1:9 is waiting for its protocol"),
                Map.of("chat", "no protocol has this name"));

        String text = Announcement.of(line, picture, Map.of());

        assertTrue(text.startsWith("Turnout serves\n  echo       tcp://127.0.0.1:8888"), text);
        assertTrue(text.contains("\n  echo       mem:town\n"), text);
        assertTrue(text.contains("\nnot serving yet: late: tcp://127.0.0.1:9 is waiting for its protocol\n"), text);
        assertTrue(text.contains("\nnot open: chat: no protocol has this name\n"), text);
        assertTrue(text.contains("\nStop with kill "), text);
    }
}
