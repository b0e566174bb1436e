//! The harness tried out with `curl`, a client that is not ours: should these fail, look here before looking at the program.

use std::process::Command;

use super::ftp::{self, Server};
use super::samples::{self, Tree};
use super::{postgres, process, skip};

fn curl(server: &Server, password: &str, path: &str) -> Option<Vec<u8>> {
    let url = format!("ftp://{}:{}/{path}", server.host, server.port);
    let user = format!("{}:{password}", server.user);
    let mut command = Command::new("curl");
    command.args(["-sS", "-m", "20", "--user", &user, &url]);
    // Of a folder, the names only.
    command.args(path.is_empty().then_some("--list-only"));
    let output = command.output().unwrap();
    output.status.success().then_some(output.stdout)
}

fn serves_the_samples(server: &Server) {
    let names = curl(server, server.password, "").expect("the root can be listed");
    let names = String::from_utf8(names).unwrap();
    for folder in ["DEM12 (PVC)", "DEMALU (ALU)", "SU12 (HYBRIDE)"] {
        assert!(names.lines().any(|line| line.trim_end() == folder), "no {folder} in {names}");
    }
    let file = curl(server, server.password, "DEM12%20(PVC)/20250616.LOG").expect("a file can be fetched");
    let same = file == samples::bytes("logs/DEM12 (PVC)/20250616.LOG");
    assert!(same, "the file arrived changed, with {} bytes", file.len());
}

fn refuses_a_wrong_password(server: &Server) {
    assert!(curl(server, "wrong", "").is_none(), "a wrong password is let in");
}

fn curl_is_here() -> bool {
    process::find("curl").is_some() || skip::skipped::<()>("curl").is_some()
}

#[test]
fn vsftpd_serves() {
    let tree = Tree::of("logs");
    let Some(server) = ftp::vsftpd(tree.path()) else {
        return;
    };
    if curl_is_here() {
        serves_the_samples(&server);
        refuses_a_wrong_password(&server);
    }
}

#[test]
fn pure_ftpd_serves() {
    let tree = Tree::of("logs");
    let Some(server) = ftp::pure_ftpd(tree.path()) else {
        return;
    };
    if curl_is_here() {
        // It lets one wait for seconds after a wrong password: not tried here.
        serves_the_samples(&server);
    }
}

#[test]
fn libunftp_serves() {
    let tree = Tree::of("logs");
    let server = ftp::libunftp(tree.path());
    if curl_is_here() {
        serves_the_samples(&server);
        refuses_a_wrong_password(&server);
    }
}

#[test]
fn an_ftp_server_ends_with_its_test() {
    let tree = Tree::empty();
    let Some(server) = ftp::vsftpd(tree.path()) else {
        return;
    };
    let port = server.port;
    drop(server);
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn postgres_gives_each_test_a_database() {
    let Some(server) = postgres::Server::shared() else {
        return;
    };
    let (one, other) = (server.database(), server.database());
    one.sql("CREATE TABLE mine (id int); INSERT INTO mine VALUES (1), (2)");
    assert_eq!(one.sql("SELECT id, 'x' FROM mine ORDER BY id"), ["1|x", "2|x"]);
    assert_eq!(other.sql("SELECT count(*) FROM information_schema.tables WHERE table_name = 'mine'"), ["0"]);
}

#[test]
fn a_server_of_ones_own_stops() {
    let Some(server) = postgres::Server::start(true) else {
        return;
    };
    let database = server.database();
    assert_eq!(database.sql("SHOW fsync"), ["on"]);
    let port = server.url.rsplit(':').next().unwrap().parse::<u16>().unwrap();
    drop(server);
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
}
