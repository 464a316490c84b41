// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.karaf;

import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureConsole;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.keepRuntimeFolder;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.logLevel;

import java.io.File;
import org.ops4j.pax.exam.CoreOptions;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.OptionUtils;
import org.ops4j.pax.exam.karaf.options.LogLevelOption;

/** Says how Pax Exam starts our Karaf: without the ports of its remote shell, and with echo at a port of the system's choice. */
final class KarafOptions {

    private static final String MAVEN = "etc/org.ops4j.pax.url.mvn.cfg";

    private KarafOptions() {}

    static Option[] options(Option... more) {
        String version = System.getProperty("turnout.karaf.version");
        String endorsed = "lib/endorsed/org.apache.karaf.specs.";
        Option[] all = CoreOptions.options(
                // as Karaf's own script has it, else its classes that belong to the JDK's modules are missing
                CoreOptions.vmOptions(
                        "--patch-module",
                        "java.base=" + endorsed + "locator-" + version + ".jar",
                        "--patch-module",
                        "java.xml=" + endorsed + "java.xml-" + version + ".jar",
                        "--add-reads=java.xml=java.logging",
                        "--add-exports=java.base/org.apache.karaf.specs.locator=java.xml,ALL-UNNAMED",
                        "--add-opens=java.base/java.net=ALL-UNNAMED",
                        "--add-opens=java.base/java.lang=ALL-UNNAMED",
                        "-classpath",
                        "lib/jdk9plus/*" + File.pathSeparator + "lib/boot/*"),
                karafDistributionConfiguration()
                        .frameworkUrl(new File(System.getProperty("turnout.karaf"))
                                .toURI()
                                .toString())
                        .karafVersion(version)
                        .name("Turnout on Karaf")
                        .unpackDirectory(new File(System.getProperty("turnout.target"), "exam"))
                        .useDeployFolder(false),
                configureConsole().ignoreLocalConsole().ignoreRemoteShell(),
                keepRuntimeFolder(),
                logLevel(LogLevelOption.LogLevel.INFO),
                editConfigurationFilePut("etc/system.properties", "turnout.echo.port", "0"),
                editConfigurationFilePut("etc/org.ops4j.pax.logging.cfg", "log4j2.pattern", KarafLog.PATTERN),
                editConfigurationFilePut(
                        MAVEN, "org.ops4j.pax.url.mvn.localRepository", System.getProperty("turnout.repository")));
        return OptionUtils.combine(all, more);
    }
}
