// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.karaf;

import java.util.Arrays;
import java.util.Comparator;
import org.junit.AssumptionViolatedException;
import org.junit.Test;
import org.junit.runner.Description;
import org.junit.runner.Runner;
import org.junit.runner.notification.Failure;
import org.junit.runner.notification.RunNotifier;
import org.junit.runners.model.InitializationError;
import org.ops4j.pax.exam.junit.PaxExam;

/** Runs tests inside Karaf, by Pax Exam; on a JDK that Karaf does not run on it skips them and says why, without starting anything. */
public final class InKaraf extends Runner {

    private final Class<?> tests;
    private final Runner runner;

    /** Takes the class with the tests. */
    public InKaraf(Class<?> tests) throws InitializationError {
        this.tests = tests;
        this.runner = KarafJdk.fits() ? new PaxExam(tests) : new Skipping();
    }

    @Override
    public Description getDescription() {
        return runner.getDescription();
    }

    @Override
    public void run(RunNotifier notifier) {
        runner.run(notifier);
    }

    /** Skips each test. */
    private final class Skipping extends Runner {

        @Override
        public Description getDescription() {
            Description all = Description.createSuiteDescription(tests);
            Arrays.stream(tests.getMethods())
                    .filter(method -> method.isAnnotationPresent(Test.class))
                    .sorted(Comparator.comparing(method -> method.getName()))
                    .forEach(method -> all.addChild(Description.createTestDescription(tests, method.getName())));
            return all;
        }

        @Override
        public void run(RunNotifier notifier) {
            System.out.println(tests.getSimpleName() + " " + KarafJdk.reason());
            for (Description test : getDescription().getChildren()) {
                notifier.fireTestStarted(test);
                notifier.fireTestAssumptionFailed(
                        new Failure(test, new AssumptionViolatedException(KarafJdk.reason())));
                notifier.fireTestFinished(test);
            }
        }
    }
}
