//! Opening a connection: TCP, TLS, login, features.

use std::io;
use std::sync::Arc;

use rustls::ClientConfig;
use suppaftp::tokio::{AsyncRustlsConnector, AsyncRustlsFtpStream};
use suppaftp::tokio_rustls::TlsConnector;
use suppaftp::{Encoding, FtpError, FtpResult, Mode, Utf8Encoding};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::connection::{Connection, within};
use super::fault::{Fault, GREETING};
use super::reply::Reply;
use crate::config::{FtpConfig, FtpTls, Password};

/// What the library logs in with, and logs, instead of the password.
const PLACEHOLDER: &str = "***";

/// A connection that is logged in, in binary mode, and knows what its server can do.
pub(crate) async fn open(config: &FtpConfig, tls: Option<Arc<ClientConfig>>) -> Result<Connection, Fault> {
    if config.root.chars().any(char::is_control) {
        return Err(Fault::Fatal(
            "ATELIER_FTP_ROOT holds control characters: write the folder's path alone.".to_owned(),
        ));
    }
    let mut ftp = match (config.tls, tls) {
        (FtpTls::Explicit, Some(tls)) => secured(plain(config).await?, config, tls).await?,
        (FtpTls::Implicit, Some(tls)) => implicit(config, tls).await?,
        _ => plain(config).await?,
    };
    let peer = {
        let socket = ftp.get_ref().await;
        let _ = socket.set_nodelay(true);
        socket.peer_addr().ok()
    };
    // The server's own idea of its address is wrong behind a NAT, and a way to send us elsewhere.
    ftp.set_passive_nat_workaround(true);
    if peer.is_some_and(|peer| peer.is_ipv6() && peer.ip().to_canonical().is_ipv6()) {
        ftp.set_mode(Mode::ExtendedPassive);
    }
    login(&mut ftp, config).await?;
    prepare(Connection { ftp, limit: config.timeout, machine_listing: false, ahead: None, root: String::new() }, config)
        .await
}

async fn plain(config: &FtpConfig) -> Result<AsyncRustlsFtpStream, Fault> {
    let tcp = match timeout(config.timeout, TcpStream::connect((config.bare_host(), config.port))).await {
        Ok(Ok(tcp)) => tcp,
        Ok(Err(error)) => return Err(Fault::Lost(format!("connection: {error}"))),
        Err(_) => return Err(Fault::Timeout("the connection".to_owned())),
    };
    // The greeting is waited for here: no timeout of the library's covers it.
    greeted(within(config.timeout, GREETING, AsyncRustlsFtpStream::connect_with_stream(tcp)).await, config)
}

async fn implicit(config: &FtpConfig, tls: Arc<ClientConfig>) -> Result<AsyncRustlsFtpStream, Fault> {
    let address = (config.bare_host(), config.port);
    let work = AsyncRustlsFtpStream::connect_secure_implicit(address, connector(tls), config.bare_host());
    let mut ftp = greeted(shaken(timeout(config.timeout, work).await, config), config)?;
    // Some servers leave the data open until they are told; those that know no such command protect it anyway.
    for line in ["PBSZ 0", "PROT P"] {
        match within(config.timeout, "PROT", ftp.custom_command(line, &[])).await {
            Ok(_) | Err(Fault::Refused(_)) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(ftp)
}

async fn secured(
    ftp: AsyncRustlsFtpStream,
    config: &FtpConfig,
    tls: Arc<ClientConfig>,
) -> Result<AsyncRustlsFtpStream, Fault> {
    let work = ftp.into_secure(connector(tls), config.bare_host());
    shaken(timeout(config.timeout, work).await, config).map_err(|fault| match fault {
        Fault::Refused(reply) => Fault::Fatal(format!(
            "The FTP server {} offers no TLS ({reply}): enable it there, or set ATELIER_FTP_TLS=off if the network is trusted.",
            config.label()
        )),
        fault => fault,
    })
}

fn connector(tls: Arc<ClientConfig>) -> AsyncRustlsConnector {
    TlsConnector::from(tls).into()
}

/// Tells a certificate that will never do from a connection that broke.
fn shaken<T>(outcome: Result<FtpResult<T>, tokio::time::error::Elapsed>, config: &FtpConfig) -> Result<T, Fault> {
    let error = match outcome {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(FtpError::SecureError(error))) => error,
        Ok(Err(error)) => return Err(Fault::of(error, "TLS")),
        Err(_) => return Err(Fault::Timeout("the TLS handshake".to_owned())),
    };
    let server = config.label();
    if error.contains("certificate") {
        Err(Fault::Fatal(format!(
            "The certificate of the FTP server {server} is not trusted ({error}): set ATELIER_FTP_TLS_CA to the PEM file of the \
             authority that signed it, and ATELIER_FTP_HOST to a name that it holds. A self-signed certificate must not be an \
             authority itself."
        )))
    } else if error.contains("InvalidContentType") {
        Err(Fault::Fatal(format!(
            "The FTP server {server} does not speak TLS from the first byte: set ATELIER_FTP_TLS=explicit, or the port of implicit TLS."
        )))
    } else {
        Err(Fault::Lost(format!("TLS: {error}")))
    }
}

fn greeted<T>(outcome: Result<T, Fault>, config: &FtpConfig) -> Result<T, Fault> {
    outcome.map_err(|fault| match fault {
        Fault::Refused(reply) if reply.code == 0 => no_ftp(config),
        Fault::Refused(reply) => Fault::Lost(format!("greeting: {reply}")),
        Fault::Lost(why) if why.ends_with("makes no sense") => no_ftp(config),
        fault => fault,
    })
}

fn no_ftp(config: &FtpConfig) -> Fault {
    Fault::Fatal(format!(
        "What answers at {} does not speak FTP: check ATELIER_FTP_HOST, ATELIER_FTP_PORT and ATELIER_FTP_TLS.",
        config.label()
    ))
}

/// Puts the password into its command only after the library has written that command to its log.
#[derive(Debug)]
struct PasswordLast(Password);

impl Encoding for PasswordLast {
    fn decode(&self, bytes: &[u8]) -> String {
        Utf8Encoding.decode(bytes)
    }

    fn encode(&self, text: &str) -> io::Result<Vec<u8>> {
        match text.strip_prefix("PASS ") {
            Some(_) => Utf8Encoding.encode(&format!("PASS {}\r\n", self.0.expose())),
            None => Utf8Encoding.encode(text),
        }
    }
}

async fn login(ftp: &mut AsyncRustlsFtpStream, config: &FtpConfig) -> Result<(), Fault> {
    let password = match (&config.user, &config.password) {
        (_, Some(password)) => password.clone(),
        (Some(_), None) => Password::new(""),
        (None, None) => Password::new("anonymous@"),
    };
    ftp.set_encoding(PasswordLast(password)).await;
    let outcome = within(config.timeout, "the login", ftp.login(config.user_name(), PLACEHOLDER)).await;
    ftp.set_encoding(Utf8Encoding).await;
    outcome.map_err(|fault| match fault {
        Fault::Refused(reply) if !reply.is_transient() || reply.code == 430 => refused_login(config, &reply),
        Fault::Refused(reply) => Fault::Lost(format!("login: {reply}")),
        // pure-ftpd closes the connection with a 421 on who comes without TLS.
        Fault::Lost(why) if config.tls == FtpTls::Off && speaks_of_tls(&why) => needs_tls(config, &why),
        fault => fault,
    })
}

fn speaks_of_tls(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["encrypt", "tls", "ssl", "cleartext"].iter().any(|word| text.contains(word))
}

fn needs_tls(config: &FtpConfig, why: &str) -> Fault {
    Fault::Fatal(format!(
        "The FTP server {} refused the login of user '{}' without TLS ({why}): set ATELIER_FTP_TLS=explicit.",
        config.label(),
        config.user_name()
    ))
}

fn refused_login(config: &FtpConfig, reply: &Reply) -> Fault {
    let (server, user) = (config.label(), config.user_name());
    if config.tls == FtpTls::Off && speaks_of_tls(&reply.body) {
        return needs_tls(config, &reply.to_string());
    }
    Fault::Fatal(if config.user.is_none() {
        format!(
            "The FTP server {server} refused the login of user 'anonymous' ({reply}): set ATELIER_FTP_USER and ATELIER_FTP_PASSWORD."
        )
    } else {
        format!(
            "The FTP server {server} refused the login of user '{user}' ({reply}): check ATELIER_FTP_USER and ATELIER_FTP_PASSWORD."
        )
    })
}

async fn prepare(mut connection: Connection, config: &FtpConfig) -> Result<Connection, Fault> {
    let reply = connection.command("TYPE I").await?;
    if !reply.is_done() {
        return Err(Fault::Refused(reply));
    }
    let features = connection.command("FEAT").await?;
    connection.machine_listing = features.offers("MLST") || features.offers("MLSD");
    if features.offers("UTF8") {
        // Some servers speak UTF-8 only when asked; those that always do may refuse.
        connection.command("OPTS UTF8 ON").await?;
    }
    let root = config.root.trim_end_matches('/');
    connection.root = if config.root.starts_with('/') {
        root.to_owned()
    } else {
        let home = connection.command("PWD").await?.folder().unwrap_or_default();
        let home = home.trim_end_matches('/');
        if root.is_empty() { home.to_owned() } else { format!("{home}/{root}") }
    };
    Ok(connection)
}
