//! Announcements of what was committed.
