//! The days the tables describe. Written by `scripts/make-knowledge.py`: do not edit.

use super::date::Date;

/// The day whose image tags and end-of-life dates the tables hold: a tag published later is not known.
pub const IMAGES: Date = Date::known(2026, 8, 21);
/// The day whose Debian packages the tables hold.
pub const DEBIAN: Date = Date::known(2026, 11, 23);
