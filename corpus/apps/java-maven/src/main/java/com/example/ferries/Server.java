package com.example.ferries;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;

public class Server {
    public static void main(String[] arguments) throws IOException {
        byte[] timetable;
        try (InputStream resource = Server.class.getResourceAsStream("/timetable.txt")) {
            timetable = resource.readAllBytes();
        }
        HttpServer server = HttpServer.create(new InetSocketAddress(8080), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, timetable.length);
            exchange.getResponseBody().write(timetable);
            exchange.close();
        });
        server.start();
    }
}
