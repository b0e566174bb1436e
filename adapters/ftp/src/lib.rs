//! Where machine logs come from: an FTP server ([`FtpSource`]), or a folder of the same layout ([`FolderSource`]).
//!
//! Both fill the port [`LogSource`](atelier_application::ports::log_source::LogSource) and share its rules
//! (`rules.rs`): what is a log by its name, which paths are safe, how deep and how wide a tree may be.
//!
//! ```text
//! config.rs       what an FTP source needs to know; the password that never shows
//! rules.rs        names and paths, for both sources
//! folder/         the folder: listing, content
//! ftp/fault.rs    what can go wrong, and the sentence for it
//! ftp/reply.rs    replies and listing lines, read without trust
//! ftp/tls.rs      certificates
//! ftp/connect.rs  opening a connection: TCP, TLS, login, features
//! ftp/connection.rs  commands, each with a time limit
//! ftp/ahead.rs    many questions at once
//! ftp/pool.rs     at most two connections, one kept for reuse, tries with growing pauses
//! ftp/entries.rs  what one folder holds
//! ftp/walk.rs     the tree
//! ftp/transfer.rs the content of a file
//! ```
//!
//! Two habits keep an FTP client honest, and everything here follows them. A command that timed out leaves its
//! connection one answer behind, so **after a timeout or a broken transfer the connection is dropped**, never mended.
//! And the end of the data says nothing: a transfer is whole only when **the server's final reply and the size agree**.

mod config;
mod folder;
mod ftp;
mod rules;

pub use config::{FtpConfig, FtpTls, Password};
pub use folder::FolderSource;
pub use ftp::FtpSource;
