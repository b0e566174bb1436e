//! Three FTP servers that differ where servers differ: vsftpd (no MLSD, `NLST` of names), Pure-FTPd (MLSD), libunftp
//! (in this process). Each serves one folder to one user on a free port of the loopback.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use libunftp::ServerBuilder;
use tempfile::TempDir;
use unftp_core::auth::{AuthenticationError, Authenticator, Credentials, Principal};
use unftp_sbe_fs::Filesystem;

use super::process::{self, Running};
use super::skip;

/// The password every server here wants.
pub(crate) const PASSWORD: &str = "loopback-only";

/// A running FTP server; stopped when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) host: &'static str,
    pub(crate) port: u16,
    pub(crate) user: &'static str,
    pub(crate) password: &'static str,
    life: Life,
}

/// What ends the server when it is dropped.
#[derive(Debug)]
enum Life {
    Program { _running: Running, settings: TempDir },
    Thread(Option<tokio::sync::oneshot::Sender<()>>),
}

impl Drop for Life {
    fn drop(&mut self) {
        if let Self::Thread(stop) = self
            && let Some(stop) = stop.take()
        {
            let _ = stop.send(());
        }
    }
}

impl Server {
    fn new(port: u16, user: &'static str, life: Life) -> Self {
        Self { host: "127.0.0.1", port, user, password: PASSWORD, life }
    }

    /// What the server has written of what it was asked. Only vsftpd does.
    pub(crate) fn log(&self) -> String {
        match &self.life {
            Life::Program { settings, .. } => fs::read_to_string(settings.path().join("log")).unwrap_or_default(),
            Life::Thread(_) => String::new(),
        }
    }

    /// The settings of `atelier` that name this server.
    pub(crate) fn env(&self) -> [(&'static str, String); 4] {
        [
            ("ATELIER_FTP_HOST", self.host.to_owned()),
            ("ATELIER_FTP_PORT", self.port.to_string()),
            ("ATELIER_FTP_USER", self.user.to_owned()),
            ("ATELIER_FTP_PASSWORD", self.password.to_owned()),
        ]
    }
}

/// vsftpd. As root it serves as `daemon` (it wants a user whose home exists), in a jail; else as whoever runs the tests.
pub(crate) fn vsftpd(root: &Path) -> Option<Server> {
    vsftpd_with(root, "")
}

/// vsftpd with TLS by the certificate and key in a PEM file: nobody gets in without, and the data connections must resume
/// the session of the control connection, as vsftpd wants it unless told otherwise.
pub(crate) fn vsftpd_tls(root: &Path, certificate: &Path, implicit: bool) -> Option<Server> {
    let (certificate, implicit) = (certificate.display(), if implicit { "YES" } else { "NO" });
    let more = format!(
        "ssl_enable=YES\nimplicit_ssl={implicit}\nrsa_cert_file={certificate}\nrsa_private_key_file={certificate}\n\
         allow_anon_ssl=YES\nforce_anon_logins_ssl=YES\nforce_anon_data_ssl=YES\nrequire_ssl_reuse=YES\n\
         ssl_ciphers=HIGH\n"
    );
    vsftpd_with(root, &more)
}

fn vsftpd_with(root: &Path, more: &str) -> Option<Server> {
    let Some(program) = process::find("vsftpd") else {
        return skip::skipped("vsftpd");
    };
    let settings = settings_folder();
    let jail = settings.path().join("jail");
    fs::create_dir(&jail).unwrap();
    // With an account of the machine's a test would need root; an anonymous one can be made to want a password too.
    fs::write(settings.path().join("passwords"), format!("{PASSWORD}\n")).unwrap();
    Some(start(settings, "anonymous", |settings, port| {
        let text = vsftpd_settings(root, settings, port) + more;
        let file = settings.join("vsftpd.conf");
        fs::write(&file, text).unwrap();
        let mut command = process::tied(&program);
        command.arg(file);
        command
    }))
}

fn vsftpd_settings(root: &Path, settings: &Path, port: u16) -> String {
    let (root, settings) = (root.display(), settings.display());
    let user = if process::is_root() { "ftp_username=daemon\nnopriv_user=nobody" } else { "run_as_launching_user=YES" };
    format!(
        "listen=YES\nlisten_ipv6=NO\nlisten_address=127.0.0.1\nlisten_port={port}\nbackground=NO\n{user}\n\
         local_enable=NO\nanonymous_enable=YES\nanon_root={root}\nanon_world_readable_only=NO\n\
         secure_email_list_enable=YES\nemail_password_file={settings}/passwords\n\
         write_enable=YES\nanon_upload_enable=YES\nanon_other_write_enable=YES\nanon_mkdir_write_enable=YES\n\
         secure_chroot_dir={settings}/jail\nseccomp_sandbox=NO\nuse_localtime=NO\n\
         connect_from_port_20=NO\ndelay_failed_login=0\nmax_login_fails=3\n\
         xferlog_enable=YES\nvsftpd_log_file={settings}/log\nlog_ftp_protocol=YES\n"
    )
}

/// Pure-FTPd with a user of its own list. It can only be run by root.
pub(crate) fn pure_ftpd(root: &Path) -> Option<Server> {
    pure_ftpd_with(root, &[])
}

/// Pure-FTPd that lets nobody in without TLS, by the certificate and key in a PEM file.
pub(crate) fn pure_ftpd_tls(root: &Path, certificate: &Path) -> Option<Server> {
    pure_ftpd_with(root, &["-Y", "2", "-2", certificate.to_str().unwrap()])
}

fn pure_ftpd_with(root: &Path, more: &[&str]) -> Option<Server> {
    let (Some(program), Some(users)) = (process::find("pure-ftpd"), process::find("pure-pw")) else {
        return skip::skipped("pure-ftpd");
    };
    if !process::is_root() {
        return skip::skipped("root, for pure-ftpd");
    }
    let settings = settings_folder();
    let (list, database) = (settings.path().join("users"), settings.path().join("users.pdb"));
    make_user(&users, root, &list, &database);
    Some(start(settings, "atelier", |settings, port| {
        let mut command = process::tied(&program);
        command.arg("-S").arg(format!("127.0.0.1,{port}")).arg("-l").arg(format!("puredb:{}", database.display()));
        // No anonymous user, each in a jail of theirs, low user ids allowed, no look-up of the client's name.
        command.args(["-E", "-A", "-u", "1", "-H", "-c", "100", "-C", "100", "-g"]).arg(settings.join("pid"));
        command.args(more);
        command
    }))
}

/// [`PASSWORD`] hashed: what `pure-pw useradd` makes is meant to take seconds at each login.
const HASHED: &str =
    "$6$atelier$bjgX/rwaqW/kzdrSbSgJ7TYbsStYGaTHToxmc0XLS1c4kSUrF8RsxoLaMClrLo/5ywuVPOjLtzOWBk4/rSvab0";

fn make_user(program: &Path, root: &Path, list: &Path, database: &Path) {
    // As the user and group `nobody`, in the folder to serve, without limits.
    let user = format!("atelier:{HASHED}:65534:65534::{}/./::::::::::::\n", root.display());
    fs::write(list, user).unwrap();
    let status = Command::new(program).arg("mkdb").arg(database).arg("-f").arg(list).status().unwrap();
    assert!(status.success(), "pure-pw could not make a user");
}

/// libunftp, on a thread of this process: needs nothing installed.
pub(crate) fn libunftp(root: &Path) -> Server {
    let port = process::free_port();
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let root = root.to_owned();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let storage = Box::new(move || Filesystem::new(root.clone()).unwrap());
            let server = ServerBuilder::with_authenticator(storage, Arc::new(OnePassword)).build().unwrap();
            tokio::select! {
                result = server.listen(format!("127.0.0.1:{port}")) => result.unwrap(),
                _ = stopped => {}
            }
        });
    });
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let begin = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(begin.elapsed() < Duration::from_secs(10), "libunftp did not start");
        std::thread::sleep(Duration::from_millis(10));
    }
    Server::new(port, "atelier", Life::Thread(Some(stop)))
}

#[derive(Debug)]
struct OnePassword;

#[async_trait]
impl Authenticator for OnePassword {
    async fn authenticate(&self, user: &str, given: &Credentials) -> Result<Principal, AuthenticationError> {
        match given.password.as_deref() {
            Some(PASSWORD) => Ok(Principal { username: user.to_owned() }),
            _ => Err(AuthenticationError::BadPassword),
        }
    }
}

fn settings_folder() -> TempDir {
    tempfile::Builder::new().prefix("atelier-ftp-").tempdir().unwrap()
}

/// Starts on a free port, and on another should somebody have taken that meanwhile.
fn start(settings: TempDir, user: &'static str, command: impl Fn(&Path, u16) -> Command) -> Server {
    let output: PathBuf = settings.path().join("output");
    for _ in 0..5 {
        let port = process::free_port();
        let mut command = command(settings.path(), port);
        let file = fs::File::create(&output).unwrap();
        command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
        let mut running = Running::spawn(command).unwrap();
        if running.wait_for_port(port, Duration::from_secs(10)) {
            return Server::new(port, user, Life::Program { _running: running, settings });
        }
    }
    panic!("the FTP server did not start: {}", fs::read_to_string(&output).unwrap_or_default());
}
