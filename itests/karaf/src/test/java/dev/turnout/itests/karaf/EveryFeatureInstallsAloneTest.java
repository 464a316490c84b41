// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.karaf;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeaturesService;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** Each feature brings what it needs. The tests touch no class of the bundles that they install. */
@RunWith(InKaraf.class)
@ExamReactorStrategy(PerClass.class)
public class EveryFeatureInstallsAloneTest {

    private static final List<String> CORE = List.of("api", "core", "network");
    private static final List<String> ALL = List.of(
            "turnout",
            "turnout-core",
            "turnout-tcp",
            "turnout-udp",
            "turnout-unix",
            "turnout-tls",
            "turnout-pipe",
            "turnout-process",
            "turnout-protocols",
            "turnout-shell");

    /** Brings an Event Admin, to which bundles of the test's own container would be wired anew. */
    private static final String EVENT_ADMIN = "turnout-eventadmin";

    private static final int GOOD = ComponentConfigurationDTO.SATISFIED | ComponentConfigurationDTO.ACTIVE;

    @Configuration
    public Option[] config() {
        return KarafOptions.options();
    }

    @Before
    public void nothingIsInstalled() throws Exception {
        for (String feature : required()) {
            features().uninstallFeature(feature);
        }
        assertEquals(Set.of(), installed());
    }

    @After
    public void logIsClean() throws Exception {
        KarafLog.assertClean(Shell.log());
    }

    /** Returns those of our features that someone asked for; what they need comes and goes with them. */
    private static List<String> required() throws Exception {
        List<String> names = Arrays.stream(features().listRequiredFeatures())
                .map(Feature::getName)
                .toList();
        return ALL.stream().filter(names::contains).toList();
    }

    private static FeaturesService features() {
        return context().getService(context().getServiceReference(FeaturesService.class));
    }

    private static BundleContext context() {
        return FrameworkUtil.getBundle(EveryFeatureInstallsAloneTest.class).getBundleContext();
    }

    private static Stream<Bundle> ours() {
        return Arrays.stream(context().getBundles())
                .filter(bundle -> bundle.getLocation().startsWith("mvn:dev.turnout/dev.turnout."));
    }

    private static Set<String> installed() {
        return ours().map(bundle -> bundle.getSymbolicName().substring("dev.turnout.".length()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void installsAlone(String feature, String... more) throws Exception {
        Set<String> expected = new TreeSet<>(CORE);
        expected.addAll(List.of(more));

        features().installFeature(feature);

        assertEquals(List.of(feature), required());
        assertEquals(expected, installed());
        ours().forEach(bundle -> assertEquals(bundle.getSymbolicName(), Bundle.ACTIVE, bundle.getState()));
        Until.holds("all components are satisfied", EveryFeatureInstallsAloneTest::unsatisfied, List::isEmpty);
    }

    /** Returns the components that miss something. Those that are one per configuration have no instance without it, and need none. */
    private static List<String> unsatisfied() {
        ServiceComponentRuntime runtime =
                context().getService(context().getServiceReference(ServiceComponentRuntime.class));
        List<ComponentDescriptionDTO> components = runtime.getComponentDescriptionDTOs().stream()
                .filter(component -> component.bundle.symbolicName.startsWith("dev.turnout."))
                .toList();
        assertTrue("few components: " + components.size(), components.size() > CORE.size());
        return components.stream()
                .filter(component -> !component.configurationPolicy.equals("require"))
                .filter(component -> runtime.getComponentConfigurationDTOs(component).stream()
                        .noneMatch(instance -> (instance.state & GOOD) != 0))
                .map(component -> component.name)
                .toList();
    }

    @Test
    public void noFeatureIsForgottenHere() throws Exception {
        Set<String> present = Arrays.stream(features().listFeatures())
                .map(Feature::getName)
                .filter(name -> name.equals("turnout") || name.startsWith("turnout-"))
                .filter(name -> !name.equals(EVENT_ADMIN))
                .collect(Collectors.toSet());

        assertEquals(Set.copyOf(ALL), present);
    }

    @Test
    public void turnout() throws Exception {
        installsAlone(
                "turnout",
                "filter.tls",
                "protocol.echo",
                "protocol.line",
                "shell",
                "transport.nio",
                "transport.pipe",
                "transport.process",
                "transport.tcp",
                "transport.udp",
                "transport.unix");
    }

    @Test
    public void turnoutCore() throws Exception {
        installsAlone("turnout-core");
    }

    @Test
    public void turnoutTcp() throws Exception {
        installsAlone("turnout-tcp", "transport.nio", "transport.tcp");
    }

    @Test
    public void turnoutUdp() throws Exception {
        installsAlone("turnout-udp", "transport.nio", "transport.udp");
    }

    @Test
    public void turnoutUnix() throws Exception {
        installsAlone("turnout-unix", "transport.nio", "transport.unix");
    }

    @Test
    public void turnoutTls() throws Exception {
        installsAlone("turnout-tls", "filter.tls", "transport.nio");
    }

    @Test
    public void turnoutPipe() throws Exception {
        installsAlone("turnout-pipe", "transport.nio", "transport.pipe");
    }

    @Test
    public void turnoutProcess() throws Exception {
        installsAlone("turnout-process", "transport.nio", "transport.process");
    }

    @Test
    public void turnoutProtocols() throws Exception {
        installsAlone("turnout-protocols", "protocol.echo", "protocol.line");
    }

    @Test
    public void turnoutShell() throws Exception {
        installsAlone("turnout-shell", "shell");
    }
}
