//! A server that is gone, and comes back: the run says so and fails, nothing is lost, and the next run makes good.

use crate::harness::atelier::Atelier;
use crate::harness::database::Database;
use crate::harness::ftp;
use crate::harness::samples::{self, Tree};
use serde_json::json;

#[test]
fn a_server_that_went_away_and_came_back_costs_nothing() {
    let (tree, database) = (Tree::of("logs"), Database::sqlite());
    let last = "DEM12 (PVC)/20250620.LOG";
    let whole = samples::bytes(&format!("logs/{last}"));
    tree.write(last, &whole[..whole.len() / 2]);
    let server = ftp::libunftp(tree.path());
    let atelier = Atelier::new(&database).envs(server.env());
    assert_eq!(atelier.sync()["sessionsCreated"], 15);
    let port = server.port.to_string();
    drop(server);
    tree.write(last, &whole);
    for _ in 0..2 {
        let output = atelier.run(&["sync", "ftp", "--json"]).expect_code(1);
        let run = output.json();
        assert_eq!((&run["status"], &run["filesSeen"], &run["filesFailed"]), (&json!("FAILED"), &json!(0), &json!(0)));
        let said = output.stderr.lines().filter(|line| line.contains(&port)).count();
        assert_eq!(said, 1, "one sentence that names the server: {output:?}");
    }
    let server = ftp::libunftp(tree.path());
    let atelier = atelier.envs(server.env());
    let run = atelier.sync();
    assert_eq!((&run["sessionsCreated"], &run["sessionsUpdated"]), (&json!(0), &json!(1)), "{run}");
    assert_eq!(run["filesFailed"], 0);
    // As it would be had the server never been away.
    let clean = Database::sqlite();
    let other = Atelier::new(&clean).envs(server.env());
    other.sync();
    for atelier in [&atelier, &other] {
        atelier.sync();
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    assert!(runtime.block_on(crate::kills::stored(&database)) == runtime.block_on(crate::kills::stored(&clean)));
}
