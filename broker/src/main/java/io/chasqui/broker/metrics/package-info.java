/** What the broker counts. Ground floor: imports nothing of the broker. */
@NullMarked
package io.chasqui.broker.metrics;

import org.jspecify.annotations.NullMarked;
