package com.example.anchors;

public class Anchors {
    public static void main(String[] arguments) {
        int depthInMetres = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 8;
        System.out.println("let out " + depthInMetres * 5 + " metres of chain");
    }
}
