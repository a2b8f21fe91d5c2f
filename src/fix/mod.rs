//! Apply fixes: in order, without overlaps, to a fixpoint, and none whose effect on the image is more than it states.
//!
//! Each round lints the file, chooses fixes that do not touch each other, and makes them rung by rung of the effect
//! ladder. Behind every rung the [guard](Reason) reads the file again and compares what BuildKit would build before
//! and after; a fix that does more than it has said is taken back and reported with the reason.

mod choice;
mod engine;
mod guard;
mod new_stage;
mod outcome;
mod reading;
mod touched;

pub use engine::fix;
pub use outcome::{AppliedFix, Fixed, HeldBack, OfferedFix, Reason, Refused};
