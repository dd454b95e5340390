/** The lines of the log: what SLF4J hands to {@link io.chasqui.server.logging.Logging} goes to standard error. Any thread. */
@NullMarked
package io.chasqui.server.logging;

import org.jspecify.annotations.NullMarked;
