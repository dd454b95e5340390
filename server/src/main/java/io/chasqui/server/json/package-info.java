/** JSON: {@link io.chasqui.server.json.Json} writes it, {@link io.chasqui.server.json.JsonReader} reads what strangers send. Any thread. */
@NullMarked
package io.chasqui.server.json;

import org.jspecify.annotations.NullMarked;
