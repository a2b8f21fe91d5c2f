//! The build context as a value: which files there are, which of them `.dockerignore` leaves out.
