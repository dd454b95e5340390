package io.chasqui.server.auth;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Makes TLS sockets whose handshake fails unless the server's certificate is for the name that was asked for (RFC 4513, section 3.1.3). The
 * directory library has a check of its own, which lets names pass that it should not. Any thread.
 */
final class NameCheckingSockets extends SSLSocketFactory {
    private final SSLSocketFactory behind;

    NameCheckingSockets(SSLContext context) {
        this.behind = context.getSocketFactory();
    }

    private static Socket checking(Socket made) {
        SSLSocket socket = (SSLSocket) made;
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("LDAPS");
        socket.setSSLParameters(parameters);
        return socket;
    }

    @Override
    public Socket createSocket() throws IOException {
        return checking(behind.createSocket());
    }

    @Override
    public Socket createSocket(Socket under, String host, int port, boolean autoClose) throws IOException {
        return checking(behind.createSocket(under, host, port, autoClose));
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return checking(behind.createSocket(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return checking(behind.createSocket(host, port, local, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return checking(behind.createSocket(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return checking(behind.createSocket(host, port, local, localPort));
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return behind.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return behind.getSupportedCipherSuites();
    }
}
