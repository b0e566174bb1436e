//! What went wrong, in words: what happened, why, and what to do.

use crate::settings::ErpSettings;
use atelier_application::ports::erp::ErpError;
use mysql_async::{DriverError, Error, IoError, ServerError};
use std::path::Path;

/// A failure while `doing` something with the ERP.
pub(crate) fn fault(settings: &ErpSettings, doing: &str, error: &Error) -> ErpError {
    let erp = settings.label();
    match error {
        Error::Server(error) => server(settings, doing, error),
        Error::Io(IoError::Tls(cause)) => not_safe(settings, &cause.to_string()),
        Error::Driver(DriverError::NoClientSslFlagFromServer) => ErpError::Permanent(format!(
            "The ERP {erp} does not speak encrypted: set up TLS there, or `erp.tls` to `off`."
        )),
        Error::Driver(DriverError::MysqlOldPasswordDisabled | DriverError::CleartextPluginDisabled) => {
            ErpError::Permanent(format!(
                "The ERP {erp} wants the password of {} in a way that is not secure: give the user one of the method \
                 `mysql_native_password`.",
                settings.user()
            ))
        }
        Error::Io(_) | Error::Driver(DriverError::ConnectionClosed) => ErpError::Transient(format!(
            "The ERP {erp} closed the connection while {doing} ({error}): nothing was stored, the next run reads all again."
        )),
        other => ErpError::Transient(format!("The ERP {erp} answered what makes no sense while {doing}: {other}.")),
    }
}

/// The connection cannot be encrypted, or not with whom it should be.
pub(crate) fn not_safe(settings: &ErpSettings, cause: &str) -> ErpError {
    ErpError::Permanent(format!(
        "The ERP {} could not be spoken to encrypted ({cause}): check `erp.tls` and the authority in `erp.tls_ca`.",
        settings.label()
    ))
}

/// The file of the authority is none.
pub(crate) fn no_authority(file: &Path, cause: &str) -> ErpError {
    ErpError::Permanent(format!(
        "The file {} of `erp.tls_ca` cannot be used ({cause}): it must hold the PEM certificate of the authority that signed the \
         ERP's.",
        file.display()
    ))
}

/// No connection came about.
pub(crate) fn unreachable(settings: &ErpSettings, cause: &str) -> ErpError {
    ErpError::Transient(format!(
        "The ERP {} does not answer ({cause}): check that it runs, the address in ATELIER_ERP_URL, and the network.",
        settings.label()
    ))
}

/// A statement did not end in time.
pub(crate) fn too_slow(settings: &ErpSettings, doing: &str) -> ErpError {
    ErpError::Transient(format!(
        "The ERP {} took more than {} s while {doing}, and was left alone: try again when it has less to do, or raise \
         `erp.timeout`.",
        settings.label(),
        settings.timeout.as_secs()
    ))
}

/// A table is not there.
pub(crate) fn no_table(settings: &ErpSettings, name: &str) -> ErpError {
    ErpError::Permanent(format!(
        "The ERP's database {} has no table {name}, in either letter case: check the database in ATELIER_ERP_URL.",
        settings.label()
    ))
}

/// A table lacks a column that nothing can be read without.
pub(crate) fn no_column(settings: &ErpSettings, table: &str, column: &str) -> ErpError {
    ErpError::Permanent(format!(
        "The table {table} of the ERP {} has no column {column} that this user may read, and orders cannot be read without it.",
        settings.label()
    ))
}

fn server(settings: &ErpSettings, doing: &str, error: &ServerError) -> ErpError {
    let (erp, user) = (settings.label(), settings.user());
    match error.code {
        1045 | 1698 => ErpError::Permanent(format!(
            "The ERP {erp} refuses the user {user}: check user and password in ATELIER_ERP_URL, and that this user may come from \
             this machine."
        )),
        1044 | 1049 => ErpError::Permanent(format!(
            "The ERP {erp} has no such database, or {user} may not use it: check the end of ATELIER_ERP_URL."
        )),
        1142 | 1143 => ErpError::Permanent(format!(
            "The user {user} of the ERP {erp} lacks a right while {doing} ({}): grant SELECT on the four tables.",
            error.message
        )),
        1040 | 1203 | 1226 => ErpError::Transient(format!(
            "The ERP {erp} has no connection left for {user}: it passes by itself when others end, else raise the limit there."
        )),
        // MariaDB's and MySQL's own words for a statement that took too long.
        1969 | 3024 => too_slow(settings, doing),
        1053 | 1077 | 1927 | 2006 | 2013 | 1317 => ErpError::Transient(format!(
            "The ERP {erp} ended the connection while {doing}: nothing was stored, the next run reads all again."
        )),
        code => ErpError::Permanent(format!("The ERP {erp} refused while {doing}: {} (error {code}).", error.message)),
    }
}
