/** The face of the broker: what an embedding program sees. */
@NullMarked
package io.chasqui.broker;

import org.jspecify.annotations.NullMarked;
