//! FTP over TLS against real servers: a whole synchronisation over each, and no byte where the certificate is not to be
//! trusted.

use crate::harness::atelier::{Atelier, Output};
use crate::harness::certificates::Authority;
use crate::harness::database::Database;
use crate::harness::ftp::{self, Server};
use crate::harness::samples::{self, Tree};
use serde_json::json;
use std::path::Path;

/// The name that the certificates hold; it leads to the loopback.
const HOST: &str = "localhost";

type Start = fn(&Path, &Path) -> Option<Server>;

const SERVERS: [(&str, &str, Start); 3] = [
    ("vsftpd", "explicit", |root, certificate| ftp::vsftpd_tls(root, certificate, false)),
    ("vsftpd", "implicit", |root, certificate| ftp::vsftpd_tls(root, certificate, true)),
    ("Pure-FTPd", "explicit", ftp::pure_ftpd_tls),
];

fn atelier(database: &Database, server: &Server, tls: &str, authority: &Authority) -> Atelier {
    let atelier = Atelier::new(database).envs(server.env()).env("ATELIER_FTP_HOST", HOST);
    atelier.env("ATELIER_FTP_TLS", tls).env("ATELIER_FTP_TLS_CA", authority.file())
}

fn whole(index: usize) {
    let (tree, authority, database) = (Tree::of("logs"), Authority::new(), Database::sqlite());
    let (name, tls, start) = SERVERS[index];
    let Some(server) = start(tree.path(), &authority.sign(HOST)) else { return };
    let atelier = atelier(&database, &server, tls, &authority);
    let summary = atelier.sync();
    let seen = (&summary["filesSeen"], &summary["filesRead"], &summary["filesFailed"], &summary["sessionsCreated"]);
    assert_eq!(seen, (&json!(15), &json!(15), &json!(0), &json!(15)), "{name}, {tls}: {summary}");
    // What grows is read from where it ended.
    tree.write(
        "DEM12 (PVC)/20250620.LOG",
        &[&samples::bytes("logs/DEM12 (PVC)/20250620.LOG")[..], b"20250620 23:00:00|@MachineStop\r\n"].concat(),
    );
    let summary = atelier.sync();
    assert_eq!(
        (&summary["filesFailed"], &summary["sessionsUpdated"]),
        (&json!(0), &json!(1)),
        "{name}, {tls}: {summary}"
    );
    // Without TLS nobody gets in, and the user is told what to do.
    let output =
        atelier.env("ATELIER_FTP_TLS", "off").env("ATELIER_FTP_TIMEOUT", "1s").run(&["sync", "ftp"]).expect_code(1);
    assert!(output.stderr.contains("ATELIER_FTP_TLS"), "{name}, {tls}: {output:?}");
}

#[test]
fn all_is_read_over_explicit_tls_from_vsftpd() {
    whole(0);
}

#[test]
fn all_is_read_over_implicit_tls_from_vsftpd() {
    whole(1);
}

#[test]
fn all_is_read_over_explicit_tls_from_pure_ftpd() {
    whole(2);
}

/// A synchronisation that a certificate must end: one sentence with the cause and what to do, and nothing read.
#[track_caller]
fn refused(output: &Output, cause: &str, server: &Server) {
    let lines: Vec<_> = output.stderr.lines().filter(|line| line.contains("certificate")).collect();
    assert_eq!(lines.len(), 1, "one sentence, once: {output:?}");
    assert!(lines[0].contains(cause) && lines[0].contains("ATELIER_FTP_TLS_CA"), "`{cause}` is not in: {output:?}");
    assert!(!output.stderr.contains("panicked") && !output.stderr.contains(ftp::PASSWORD), "{output:?}");
    let log = server.log();
    assert!(
        !log.contains("RETR") && !log.contains("PASS"),
        "something was said before the certificate was checked:\n{log}"
    );
}

#[test]
fn a_certificate_that_is_not_to_be_trusted_ends_with_1_and_nothing_is_read() {
    let (tree, ours, theirs) = (Tree::of("logs"), Authority::new(), Authority::new());
    for (name, tls, start) in SERVERS {
        for (certificate, cause) in [
            (ours.sign("plant.example"), "not valid for name"),
            (theirs.sign(HOST), "UnknownIssuer"),
            (ours.sign_until(HOST, 2021), "expired"),
        ] {
            let database = Database::sqlite();
            let Some(server) = start(tree.path(), &certificate) else { return };
            let atelier = atelier(&database, &server, tls, &ours);
            let output = atelier.run(&["sync", "ftp", "--json"]).expect_code(1);
            refused(&output, cause, &server);
            let summary = output.json();
            assert_eq!((&summary["status"], &summary["filesRead"]), (&json!("FAILED"), &json!(0)), "{name}: {summary}");
        }
    }
}
