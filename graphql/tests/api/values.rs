//! Every field, once.

use crate::fake::{Store, over, text};
use atelier_graphql::Limits;

#[tokio::test]
async fn a_machine() {
    let schema = over(&Store::of(1, 1), &Limits::default());
    let answer = text(&schema, "{ machine(id: 1) { __typename id name type description active createdAt folder latestSession { id } sessions { totalCount } } }").await;
    insta::assert_snapshot!(answer, @r#"{"data":{"machine":{"__typename":"Machine","id":"1","name":"M01","type":"PVC","description":null,"active":true,"createdAt":"1970-01-01T00:00:00Z","folder":"M01 (PVC)","latestSession":{"id":"1"},"sessions":{"totalCount":1}}}}"#);
}

#[tokio::test]
async fn a_session() {
    let schema = over(&Store::of(1, 1), &Limits::default());
    let query = "{ session(id: 1) { __typename id machine { name } date status firstEventAt lastEventAt firstPieceAt lastPieceAt firstStartAt lastStopAt
        totalPieces events otherEvents { name count } createdAt updatedAt revision
        observed { spanSeconds waitSeconds stopSeconds effectiveSeconds occupancyRate waitRate stopRate piecesPerHour } } }";
    insta::assert_snapshot!(text(&schema, query).await, @r#"{"data":{"session":{"__typename":"Session","id":"1","machine":{"name":"M01"},"date":"2025-06-01","status":"COMPLETE","firstEventAt":"2025-06-01T06:00:00Z","lastEventAt":"2025-06-01T09:20:00Z","firstPieceAt":"2025-06-01T06:01:40Z","lastPieceAt":"2025-06-01T09:20:00Z","firstStartAt":"2025-06-01T06:00:00Z","lastStopAt":null,"totalPieces":120,"events":126,"otherEvents":[{"name":"Smering","count":2}],"createdAt":"2025-06-04T01:20:00.500Z","updatedAt":"2025-06-04T01:20:00.500Z","revision":1,"observed":{"spanSeconds":11900.0,"waitSeconds":2975.0,"stopSeconds":0.0,"effectiveSeconds":8925.0,"occupancyRate":0.75,"waitRate":0.25,"stopRate":0.0,"piecesPerHour":36.30252100840336}}}}"#);
}

#[tokio::test]
async fn what_a_session_holds() {
    let store = Store::of(1, 1);
    store.put(crate::fake::session(1, 1, 0, 2));
    let schema = over(&store, &Limits::default());
    let query = "{ session(id: 1) { jobs { __typename id reference lengthMm colour startedAt pieces } waitPeriods { id startedAt endedAt durationSeconds }
        stopPeriods { id startedAt endedAt durationSeconds ongoing } timeline { state startedAt endedAt pieces }
        pieces { edges { cursor node { id number producedAt details cycleSeconds again: number job { reference pieces } ...F } } }
        anomalies { id kind at session { id } logFile { id } lineNumber message } } } fragment F on Piece { job { startedAt } }";
    insta::assert_snapshot!(text(&schema, query).await.replace("],", "],\n"), @r#"{"data":{"session":{"jobs":[{"__typename":"Job","id":"11","reference":"R1-1","lengthMm":null,"colour":"7016 G ALU","startedAt":"2025-06-01T06:00:01Z","pieces":1},{"__typename":"Job","id":"12","reference":"R1-2","lengthMm":3359.5,"colour":"7016 G ALU","startedAt":"2025-06-01T06:00:02Z","pieces":2},{"__typename":"Job","id":"13","reference":"R1-3","lengthMm":3359.5,"colour":"7016 G ALU","startedAt":"2025-06-01T06:00:03Z","pieces":103}],
"waitPeriods":[{"id":"10","startedAt":"2025-06-01T06:01:50Z","endedAt":"2025-06-01T06:02:02.500Z","durationSeconds":12.5}],
"stopPeriods":[{"id":"11","startedAt":"2025-06-01T06:02:30Z","endedAt":null,"durationSeconds":30.0,"ongoing":true}],
"timeline":[{"state":"RUNNING","startedAt":"2025-06-01T06:00:00Z","endedAt":"2025-06-01T06:01:50Z","pieces":1},{"state":"WAITING","startedAt":"2025-06-01T06:01:50Z","endedAt":"2025-06-01T06:02:02.500Z","pieces":0},{"state":"RUNNING","startedAt":"2025-06-01T06:02:02.500Z","endedAt":"2025-06-01T06:02:30Z","pieces":0},{"state":"STOPPED","startedAt":"2025-06-01T06:02:30Z","endedAt":"2025-06-01T06:03:00Z","pieces":0},{"state":"RUNNING","startedAt":"2025-06-01T06:03:00Z","endedAt":"2025-06-01T06:03:20Z","pieces":1}],
"pieces":{"edges":[{"cursor":"cGllY2U6MQ","node":{"id":"10001","number":1,"producedAt":"2025-06-01T06:01:40Z","details":null,"cycleSeconds":null,"again":1,"job":{"reference":"R1-2","pieces":2,"startedAt":"2025-06-01T06:00:02Z"}}},{"cursor":"cGllY2U6Mg","node":{"id":"10002","number":2,"producedAt":"2025-06-01T06:03:20Z","details":null,"cycleSeconds":100.0,"again":2,"job":{"reference":"R1-3","pieces":103,"startedAt":"2025-06-01T06:00:03Z"}}}]},"anomalies":[{"id":"1","kind":"CLOCK_WENT_BACK","at":"2025-06-01T06:00:00Z","session":{"id":"1"},"logFile":{"id":"1"},"lineNumber":17,"message":"The clock went back by 3 s."}]}}}"#);
}

#[tokio::test]
async fn a_log_file() {
    let schema = over(&Store::of(1, 1), &Limits::default());
    let query = "{ logFiles { edges { node { id machine { name } path state sizeBytes consumedBytes lines events ignoredLines rejectedLines(first: 1) { lineNumber byteOffset reason text }
        rejectedCount firstSeenAt lastReadAt completedAt removedFromServerAt error sessions { id } } } } }";
    insta::assert_snapshot!(text(&schema, query).await, @r#"{"data":{"logFiles":{"edges":[{"node":{"id":"1","machine":{"name":"M01"},"path":"M01 (PVC)/20250601.LOG","state":"COMPLETE","sizeBytes":5000000000,"consumedBytes":4999999999,"lines":100,"events":95,"ignoredLines":2,"rejectedLines":[{"lineNumber":1,"byteOffset":40,"reason":"no event name","text":"20250601 06:00:00|@"}],"rejectedCount":3,"firstSeenAt":"2025-06-01T06:00:00Z","lastReadAt":"2025-06-01T09:20:00Z","completedAt":"2025-06-01T09:20:00Z","removedFromServerAt":null,"error":null,"sessions":[{"id":"1"}]}}]}}}"#);
}

#[tokio::test]
async fn observed_figures_without_pieces_are_null() {
    let store = Store::of(1, 1);
    store.put(crate::fake::session(1, 1, 0, 0));
    let schema = over(&store, &Limits::default());
    let query = "{ session(id: 1) { firstPieceAt totalPieces observed { spanSeconds effectiveSeconds occupancyRate waitRate stopRate piecesPerHour } pieces { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }";
    insta::assert_snapshot!(text(&schema, query).await, @r#"{"data":{"session":{"firstPieceAt":null,"totalPieces":0,"observed":{"spanSeconds":0.0,"effectiveSeconds":0.0,"occupancyRate":null,"waitRate":null,"stopRate":null,"piecesPerHour":null},"pieces":{"nodes":[],"pageInfo":{"hasNextPage":false,"hasPreviousPage":false,"startCursor":null,"endCursor":null}}}}}"#);
}
