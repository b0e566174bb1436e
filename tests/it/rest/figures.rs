//! REST and GraphQL tell the same of the same.

use super::Plant;
use crate::harness::compare::{list, text};
use crate::harness::database::Database;
use crate::harness::on_both;
use serde_json::{Value, json};

on_both! {
    sessions => sessions_and_details_are_graphql_s_on_sqlite, sessions_and_details_are_graphql_s_on_postgres;
    statistics => statistics_are_graphql_s_on_sqlite, statistics_are_graphql_s_on_postgres;
    lists => lists_are_filtered_ordered_and_paged_on_sqlite, lists_are_filtered_ordered_and_paged_on_postgres;
}

const FRAGMENTS: &str = "
fragment Figures on ObservedProduction { spanSeconds waitSeconds stopSeconds effectiveSeconds occupancyRate waitRate stopRate piecesPerHour }
fragment All on Trs { trs trg tre availability performance quality totalSeconds openingSeconds requiredSeconds operatingSeconds
  netSeconds usefulSeconds cycleSource qualitySource calendarSource missing }
fragment Part on TimeShare { kind reason { code label planned active } seconds share occurrences }
fragment Bar on Job { id reference lengthMm colour startedAt pieces }";

const SESSIONS: &str = "query($after: String) { sessions(first: 50, after: $after) { nodes {
  id machine { id name type } date status firstEventAt lastEventAt firstPieceAt lastPieceAt firstStartAt lastStopAt totalPieces
  events otherEvents { name count } observed { ...Figures } scrapPieces trs { ...All } ledger { ...Part }
  createdAt updatedAt detailsRemovedAt revision
} pageInfo { hasNextPage endCursor } totalCount } }";

const DETAILS: &str = "query($id: ID!) { session(id: $id) {
  jobs { ...Bar } waits: waitPeriods { id startedAt endedAt durationSeconds }
  stops: stopPeriods { id startedAt endedAt durationSeconds ongoing reason { code label planned active } comment }
  timeline { state startedAt endedAt pieces } anomalies { id kind at logFile { id path } lineNumber message }
} }";

const PIECES: &str = "query($id: ID!, $after: String) { session(id: $id) { pieces(first: 100, after: $after) {
  nodes { id number producedAt details job { ...Bar } cycleSeconds } pageInfo { hasNextPage endCursor }
} } }";

const STATISTICS: &str =
    "query($filter: SessionFilter, $by: [StatisticsKey!]!) { statistics(filter: $filter, groupBy: $by) {
  machine { id name type } type date week month sessions totalPieces scrapPieces observed { ...Figures } trs { ...All }
  ledger { ...Part } stops waits mtbfSeconds mttrSeconds
} }";

/// With those of the fragments that a document uses: an unused one is an error.
fn whole(document: &str) -> String {
    let used = FRAGMENTS.split("\nfragment ").filter(|one| {
        let name = one.split(' ').next().unwrap();
        !name.is_empty() && document.contains(&format!("...{name}"))
    });
    used.fold(document.to_owned(), |text, one| format!("{text}\nfragment {one}"))
}

async fn sessions(database: Database) {
    let plant = Plant::new(&database).await;
    let expected = plant.boss.pages(&whole(SESSIONS), json!({}), "/sessions").await;
    assert!(expected.len() > 10, "{}", expected.len());
    assert!(
        expected.iter().any(|session| !session["ledger"][0]["reason"].is_null() || list(&session["ledger"]).len() > 3)
    );
    assert_eq!(plant.pages("sessions?first=30").await, expected);
    let (mut jobs, mut stops) = (0, 0);
    let worked = expected.iter().filter(|session| session["totalPieces"] != 0);
    for session in worked.take(12) {
        let id = text(&session["id"]);
        assert_eq!(&plant.get(&format!("sessions/{id}")).await.json(), session);
        let told = plant.boss.query(&whole(DETAILS), json!({ "id": id })).await;
        for what in ["jobs", "waits", "stops", "timeline", "anomalies"] {
            assert_eq!(
                json!(plant.items(&format!("sessions/{id}/{what}")).await),
                told["session"][what],
                "{id} {what}"
            );
        }
        jobs += list(&told["session"]["jobs"]).len();
        stops += list(&told["session"]["stops"]).len();
        let pieces = plant.boss.pages(&whole(PIECES), json!({ "id": id }), "/session/pieces").await;
        assert_eq!(plant.pages(&format!("sessions/{id}/pieces?first=70")).await, pieces, "{id}");
    }
    assert!(jobs > 0 && stops > 0, "{jobs} {stops}");

    let used = text(&expected[expected.len() - 1]["machine"]["id"]);
    let refused = plant.ask(reqwest::Method::DELETE, &format!("machines/{used}")).await;
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (409, &json!("CONFLICT")), "{refused:?}");
}

async fn statistics(database: Database) {
    let plant = Plant::new(&database).await;
    for (query, filter, by) in [
        ("", json!({}), json!([])),
        ("?groupBy=MACHINE,WEEK", json!({}), json!(["MACHINE", "WEEK"])),
        ("?groupBy=TYPE&groupBy=MONTH&status=COMPLETE", json!({"status": "COMPLETE"}), json!(["TYPE", "MONTH"])),
        ("?groupBy=DATE&type=PVC&minPieces=1", json!({"types": ["PVC"], "minPieces": 1}), json!(["DATE"])),
    ] {
        let told = plant.boss.query(&whole(STATISTICS), json!({ "filter": filter, "by": by })).await;
        assert_eq!(json!(plant.items(&format!("statistics{query}")).await), told["statistics"], "{query}");
    }
}

async fn lists(database: Database) {
    let plant = Plant::new(&database).await;
    let ids = |sessions: &[Value]| sessions.iter().map(|one| text(&one["id"]).to_owned()).collect::<Vec<_>>();
    let all = plant.pages("sessions?orderBy=TOTAL_PIECES&direction=ASC&first=70").await;
    let pieces: Vec<u64> = all.iter().map(|one| one["totalPieces"].as_u64().unwrap()).collect();
    assert!(pieces.is_sorted() && pieces.len() > 5, "{pieces:?}");
    let middle = all[all.len() / 2]["date"].as_str().unwrap();
    let late = plant.pages(&format!("sessions?from={middle}&orderBy=TOTAL_PIECES&direction=ASC")).await;
    let kept: Vec<Value> = all.iter().filter(|one| text(&one["date"]) >= middle).cloned().collect();
    assert_eq!(ids(&late), ids(&kept));

    let counted = plant.get(&format!("sessions?from={middle}&first=1&count=true")).await.json();
    assert_eq!(counted["totalCount"], late.len());
    let machine = text(&all[0]["machine"]["id"]);
    let of_machine = plant.pages(&format!("sessions?machine={machine}&minPieces=1&trsBelow=0.9")).await;
    for session in &of_machine {
        assert!(session["machine"]["id"] == machine && session["totalPieces"] != 0, "{session}");
        assert!(session["trs"]["trs"].as_f64().unwrap() < 0.9, "{session}");
    }

    // Backwards, from the end to the front.
    let last = plant.get("sessions?last=3").await;
    let forward = plant.pages("sessions").await;
    assert_eq!(ids(list(&last.json()["items"])), ids(&forward[forward.len() - 3..]));
    let previous = last.header("link").split_once(">; rel=\"prev\"").unwrap().0.strip_prefix("</api/v1/").unwrap();
    let previous = plant.get(previous).await.json();
    assert_eq!(ids(list(&previous["items"])), ids(&forward[forward.len() - 6..forward.len() - 3]));
}
