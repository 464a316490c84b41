// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.protocol;

/**
 * Tells both sides of a switch how things stand.
 *
 * @param version the version of the state to hand over, the newest that both understand
 * @param unreadBytes what happens to unread bytes
 * @param eofReceived whether {@code eofReceived} was called already; it is not repeated (SWITCH-26)
 * @param readingPaused whether reading is paused; it stays so until the new protocol resumes it (SWITCH-25)
 * @param writingPaused whether writing is paused; the new protocol gets {@code pauseWriting} next (SWITCH-23)
 */
public record HandoverContext(
        int version, UnreadBytes unreadBytes, boolean eofReceived, boolean readingPaused, boolean writingPaused) {}
