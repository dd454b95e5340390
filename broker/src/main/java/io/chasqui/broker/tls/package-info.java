/**
 * What TLS is made of: certificates, keys, whom to trust, as PEM files that may change at any time. Knows neither sockets nor
 * Netty; all of it is read on a thread that may wait, and what comes out is immutable. Read {@link
 * io.chasqui.broker.tls.TlsConfig}, then {@link io.chasqui.broker.tls.TlsMaterial}, then {@link
 * io.chasqui.broker.tls.TlsFiles}.
 */
@NullMarked
package io.chasqui.broker.tls;

import org.jspecify.annotations.NullMarked;
