//! Where logs come from: `[ftp]` or `[logs]`.

use super::error::ConfigError;
use super::ftp::FtpSettings;
use super::keys::{FTP_HOST, LOG_DIR};
use super::values::Values;
use std::path::PathBuf;

/// The one place that logs come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LogSourceConfig {
    /// None is configured: what is stored can be read, nothing can be fetched.
    None,
    /// An FTP server.
    Ftp(FtpSettings),
    /// A folder of this computer.
    Folder(PathBuf),
}

impl LogSourceConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        match (FtpSettings::read(values)?, values.text(&LOG_DIR)) {
            (Some(_), Some(_)) => Err(ConfigError::TwoSources(values.name(&FTP_HOST), values.name(&LOG_DIR))),
            (Some(ftp), None) => Ok(Self::Ftp(ftp)),
            (None, Some(dir)) => Ok(Self::Folder(PathBuf::from(dir))),
            (None, None) => Ok(Self::None),
        }
    }

    /// What people may be told.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::None => "no log source".to_owned(),
            Self::Ftp(ftp) => ftp.label(),
            Self::Folder(folder) => format!("folder {}", folder.display()),
        }
    }
}
