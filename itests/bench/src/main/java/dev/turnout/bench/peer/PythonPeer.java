// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.peer;

import dev.turnout.bench.run.Launch;
import dev.turnout.bench.run.Programs;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * A server in Python: asyncio or uvloop.
 *
 * @param name the module it runs on
 */
record PythonPeer(String name) implements Peer {

    @Override
    public Set<String> kinds() {
        return Set.of("tcp", "unix", "udp");
    }

    @Override
    public String version(Launch launch) throws IOException, InterruptedException {
        String tell = "import sys, " + name
                + " as m; print(getattr(m, '__version__', ''), 'CPython %d.%d.%d' % sys.version_info[:3])";
        return Programs.output(interpreter(launch), "-c", tell).strip();
    }

    @Override
    public List<String> command(Launch launch, String where) throws IOException, InterruptedException {
        return List.of(interpreter(launch), Resources.file("echo.py").toString(), where, name);
    }

    /** Returns the first interpreter that has the module; the system's own may have what another lacks. */
    private String interpreter(Launch launch) throws IOException, InterruptedException {
        List<String> interpreters =
                launch.python().isEmpty() ? List.of("python3", "/usr/bin/python3") : List.of(launch.python());
        for (String interpreter : interpreters) {
            if (Programs.present(interpreter)) {
                try {
                    Programs.output(interpreter, "-c", "import " + name);
                    return interpreter;
                } catch (IOException e) {
                    // has no such module
                }
            }
        }
        throw new IOException("no Python with the module " + name);
    }
}
