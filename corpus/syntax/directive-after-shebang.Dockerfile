#!/usr/bin/env -S docker build --file
# syntax=docker/dockerfile:1
FROM alpine:3.24
