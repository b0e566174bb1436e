//! Which files are on the server still.

use crate::Store;
use atelier_application::ports::ingest_store::Presence;
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::ids::LogFileId;

/// Notes it for all of these files, in one statement.
pub(super) async fn note(store: &Store, files: &[LogFileId], presence: Presence) -> StoreResult<()> {
    let mut values = vec![store.numbers(files.iter().map(|file| file.0))];
    let change = match presence {
        Presence::Leaving(at) => {
            values.push(store.at(at));
            "suppression_prevue_le = $2"
        }
        Presence::Gone => "supprime_le = suppression_prevue_le, suppression_prevue_le = NULL",
        Presence::There => "supprime_le = NULL, suppression_prevue_le = NULL",
        // A file that could not be read looks changed to the next visit, which takes it back.
        Presence::Doubtful => "supprime_le = NULL, suppression_prevue_le = NULL, echecs = 1",
    };
    store.execute(format!("UPDATE fichier_log SET {change} WHERE {}", store.is_in("id", 1)), values).await?;
    Ok(())
}
