//! Every field, once.

use crate::fake::{Store, data, over};
use atelier_graphql::Limits;

#[tokio::test]
async fn a_machine() {
    let schema = over(&Store::of(1, 1), &Limits::default());
    let answer = data(&schema, "{ machine(id: 1) { __typename id name type description active createdAt folder latestSession { id } sessions { totalCount } } }").await;
    insta::assert_snapshot!(answer, @"");
}

#[tokio::test]
async fn a_session() {
    let schema = over(&Store::of(1, 1), &Limits::default());
    let query = "{ session(id: 1) { __typename id machine { name } date status firstEventAt lastEventAt firstPieceAt lastPieceAt firstStartAt lastStopAt
        totalPieces events otherEvents { name count } createdAt updatedAt revision
        observed { spanSeconds waitSeconds stopSeconds effectiveSeconds occupancyRate waitRate stopRate piecesPerHour } } }";
    insta::assert_snapshot!(data(&schema, query).await, @"");
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
    insta::assert_snapshot!(serde_json::to_string_pretty(&data(&schema, query).await["session"]).unwrap(), @"");
}

#[tokio::test]
async fn a_log_file() {
    let schema = over(&Store::of(1, 1), &Limits::default());
    let query = "{ logFiles { edges { node { id machine { name } path state sizeBytes consumedBytes lines events ignoredLines rejectedLines(first: 1) { lineNumber byteOffset reason text }
        rejectedCount firstSeenAt lastReadAt completedAt removedFromServerAt error sessions { id } } } } }";
    insta::assert_snapshot!(data(&schema, query).await, @"");
}

/// Long lists are written without the library's help; the same object alone is written by the library.
#[tokio::test]
async fn observed_figures_without_pieces_are_null() {
    let store = Store::of(1, 1);
    store.put(crate::fake::session(1, 1, 0, 0));
    let schema = over(&store, &Limits::default());
    let query = "{ session(id: 1) { firstPieceAt totalPieces observed { spanSeconds effectiveSeconds occupancyRate waitRate stopRate piecesPerHour } pieces { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }";
    insta::assert_snapshot!(data(&schema, query).await, @"");
}
