//! REST, over the built program: the same figures as GraphQL's, and tables that spreadsheets can read.

mod figures;
mod tables;

use crate::harness::atelier::{Atelier, Serving};
use crate::harness::compare::list;
use crate::harness::database::Database;
use crate::harness::decisions::{decide, declare, until_derived};
use crate::harness::figures::last_day;
use crate::harness::graphql::{self, Client};
use crate::harness::samples::{self, Tree};
use reqwest::header::HeaderMap;
use serde_json::Value;

/// The program with the sample of calendars and what people decided about it, and somebody who asks.
pub(super) struct Plant {
    _atelier: Atelier,
    _tree: Tree,
    serving: Serving,
    pub(super) boss: Client,
}

/// What is answered.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) bytes: Vec<u8>,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?} {}", self.status, self.headers, String::from_utf8_lossy(&self.bytes))
    }
}

impl Plant {
    pub(super) async fn new(database: &Database) -> Self {
        let tree = Tree::of("calendar");
        let atelier = Atelier::new(database).env("ATELIER_LOG_DIR", tree.path().to_str().unwrap());
        atelier.add_boss();
        atelier.sync();
        let serving = atelier.serve().await;
        let boss = serving.boss().await;
        let config = samples::json("calendar_config.json");
        decide(&boss, &config).await;
        until_derived(&boss).await;
        declare(&boss, &config, last_day(&samples::json("calendar_expected.json"))).await;
        until_derived(&boss).await;
        Self { _atelier: atelier, _tree: tree, serving, boss }
    }

    /// What an address below `/api/v1/` answers.
    pub(super) async fn get(&self, address: &str) -> Answer {
        self.ask(reqwest::Method::GET, address).await
    }

    pub(super) async fn ask(&self, method: reqwest::Method, address: &str) -> Answer {
        get(&self.serving.base, &self.boss, method, &format!("/api/v1/{address}")).await
    }

    /// The items of a list that is told whole.
    pub(super) async fn items(&self, address: &str) -> Vec<Value> {
        let answer = self.get(address).await;
        assert_eq!(answer.status, 200, "{address}: {answer:?}");
        list(&answer.json()["items"]).to_vec()
    }

    /// The items of all pages of a list, along the links to the next ones.
    pub(super) async fn pages(&self, address: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut next = Some(address.to_owned());
        while let Some(address) = next {
            let answer = self.get(&address).await;
            assert_eq!(answer.status, 200, "{address}: {answer:?}");
            all.extend(list(&answer.json()["items"]).to_vec());
            let links = answer.header("link").split(", ").map(str::to_owned).collect::<Vec<_>>();
            let link = links.iter().find_map(|link| link.strip_suffix(">; rel=\"next\"")?.strip_prefix("</api/v1/"));
            assert_eq!(link.is_some(), answer.json()["pageInfo"]["hasNextPage"] == true, "{answer:?}");
            next = link.map(str::to_owned);
        }
        all
    }
}

/// What an address answers to somebody.
pub(super) async fn get(base: &str, client: &Client, method: reqwest::Method, path: &str) -> Answer {
    let request = graphql::http().request(method, format!("{base}{path}")).bearer_auth(client.token());
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Answer { status, headers, bytes: answer.bytes().await.unwrap().to_vec() }
}
