package io.chasqui.protocol;

/** One User Property, a pair of UTF-8 strings (section 2.2.2.2). Names may repeat; the order is kept. */
public record UserProperty(String name, String value) {}
