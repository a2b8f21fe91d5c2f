//! The commands inside a RUN: the one adapter to the shell parser.
