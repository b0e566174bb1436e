//! What can go wrong on a connection, and the sentence for it.

use atelier_application::ports::log_source::SourceError;
use suppaftp::FtpError;

use super::reply::Reply;
use crate::config::{FtpConfig, FtpTls};

/// The step in which a server speaks first.
pub(super) const GREETING: &str = "with a greeting";

/// Why a step on a connection did not succeed.
#[derive(Debug)]
pub(crate) enum Fault {
    /// No answer in time to what is named; the connection is out of step.
    Timeout(String),
    /// The connection or a transfer broke; the connection is useless.
    Lost(String),
    /// The server said no; the connection is in step.
    Refused(Reply),
    /// Somebody has to mend something; the whole sentence.
    Fatal(String),
}

impl Fault {
    /// Whether the connection has to be dropped.
    pub(crate) fn ends_connection(&self) -> bool {
        !matches!(self, Self::Refused(_))
    }

    /// What the library met, `doing` something.
    pub(crate) fn of(error: FtpError, doing: &str) -> Self {
        match error {
            FtpError::UnexpectedResponse(response) => {
                let reply = Reply::read(&response.body);
                if reply.code == 421 {
                    Self::Lost(format!("the server closed it ({reply})"))
                } else {
                    Self::Refused(reply)
                }
            }
            FtpError::ConnectionError(error) => Self::Lost(format!("{doing}: {error}")),
            FtpError::BadResponse => Self::Lost(format!("{doing}: the server's answer makes no sense")),
            other => Self::Lost(format!("{doing}: {other}")),
        }
    }

    /// The sentence, with its remedy, for the server of `config`. `doing` says what was wanted: "list the folder 'x'".
    pub(crate) fn explain(self, config: &FtpConfig, doing: &str) -> SourceError {
        let server = config.label();
        match self {
            Self::Timeout(step) => {
                // A server that waits for TLS is as silent as one that is down.
                let or_tls = match config.tls {
                    FtpTls::Off | FtpTls::Explicit if step == GREETING => {
                        ", or set ATELIER_FTP_TLS=implicit if it speaks TLS from the first byte"
                    }
                    _ => "",
                };
                SourceError::Transient(format!(
                    "The FTP server {server} did not answer {step} within {:?} while trying to {doing}: check that it is up and \
                     that no firewall is in the way, or raise ATELIER_FTP_TIMEOUT{or_tls}.",
                    config.timeout
                ))
            }
            Self::Lost(why) => SourceError::Transient(format!(
                "The connection to the FTP server {server} broke while trying to {doing} ({}): check the network and the server, then \
                 try again.",
                scrub(config, &why)
            )),
            Self::Refused(reply) => {
                let sentence = format!(
                    "The FTP server {server} refused to {doing} ({}): check the rights of user '{}' there.",
                    scrub(config, &reply.to_string()),
                    config.user_name()
                );
                if reply.is_transient() { SourceError::Transient(sentence) } else { SourceError::Permanent(sentence) }
            }
            Self::Fatal(sentence) => SourceError::Permanent(scrub(config, &sentence)),
        }
    }
}

/// Takes the password out of a text that the server had a hand in.
pub(crate) fn scrub(config: &FtpConfig, text: &str) -> String {
    match config.password.as_ref().map(crate::Password::expose) {
        Some(password) if password.chars().count() > 2 => text.replace(password, "***"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_echoes_the_password_does_not_reach_the_error() {
        let mut config = FtpConfig::new("plant");
        config.password = Some("s3cret".into());
        let error = Fault::Refused(Reply::read(b"550 no s3cret here\r\n")).explain(&config, "list the root");
        assert!(!error.to_string().contains("s3cret"), "{error}");
        assert!(matches!(error, SourceError::Permanent(_)));
    }
}
