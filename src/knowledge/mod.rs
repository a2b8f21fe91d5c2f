//! Dated tables of facts, each with a typed look-up.
