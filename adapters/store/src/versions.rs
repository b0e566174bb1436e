//! Versions of log files, for those who read about them.

use crate::Store;
use crate::rows::{Fields, FromRow, columns};
use atelier_application::ports::log_files::{FileVersion, VersionExclusion};
use atelier_application::ports::store_error::StoreResult;
use atelier_application::ports::users::User;
use atelier_domain::ids::{LogFileId, VersionId};
use std::collections::HashMap;

const COLUMNS: &[&str] = &[
    "id",
    "fichier_id",
    "longueur",
    "presente",
    "date_creation",
    "premier_jour",
    "dernier_jour",
    "exclue_le",
    "motif_exclusion",
];

/// The versions of each file, oldest first, in one statement.
pub(crate) async fn of_files(store: &Store, files: &[LogFileId]) -> StoreResult<HashMap<LogFileId, Vec<FileVersion>>> {
    let sql = format!(
        "SELECT v.id, v.fichier_id, v.longueur, CASE WHEN f.version_id = v.id THEN 1 ELSE 0 END, v.date_creation, \
         v.premier_jour, v.dernier_jour, v.exclue_le, v.motif_exclusion, {} \
         FROM version_log v JOIN fichier_log f ON f.id = v.fichier_id LEFT JOIN utilisateur u ON u.id = v.exclue_par \
         WHERE {} ORDER BY v.fichier_id, v.id",
        columns::<User>("u"),
        store.is_in("v.fichier_id", 1)
    );
    let rows = store.rows(sql, vec![store.numbers(files.iter().map(|file| file.0))]).await?;
    let mut versions: HashMap<_, Vec<_>> = HashMap::with_capacity(files.len());
    for row in &rows {
        let mut fields = Fields::of(row, "version_log", COLUMNS, 0);
        let mut user = Fields::new::<User>(row, COLUMNS.len());
        let (id, file) = (VersionId(fields.number()?), LogFileId(fields.number()?));
        let (size, present, first_read) = (fields.size()?, fields.number()? != 0, fields.instant()?);
        let days = fields.day_option()?.zip(fields.day_option()?);
        let (at, reason) = (fields.instant_option()?, fields.text_option()?);
        let by = if user.is_missing() { None } else { Some(User::from_row(&mut user)?) };
        let exclusion = at.map(|at| VersionExclusion { at, by, reason: reason.unwrap_or_default().to_owned() });
        versions.entry(file).or_default().push(FileVersion { id, size, present, first_read, days, exclusion });
    }
    Ok(versions)
}
