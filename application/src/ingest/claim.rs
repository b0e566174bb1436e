//! Which machine a file belongs to. A machine is a folder.

use crate::ports::log_source::RemoteFile;
use atelier_domain::ids::MachineId;
use atelier_domain::machine::Machine;
use std::collections::{BTreeMap, BTreeSet};

/// A listing, put in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    /// The files of each machine that has some.
    pub files: BTreeMap<MachineId, Vec<RemoteFile>>,
    /// Top folders with logs that no machine claims; an empty name is the root itself.
    pub unclaimed: BTreeSet<String>,
}

/// Gives each file to the machine whose folder holds it, at any depth; to the deepest such folder of several. Files of a
/// machine that is not active are claimed and left alone.
pub fn claim(machines: &[Machine], files: Vec<RemoteFile>) -> Claims {
    let mut claims = Claims::default();
    for file in files {
        match owner(machines, &file.path) {
            Some(machine) if machine.active => claims.files.entry(machine.id).or_default().push(file),
            Some(_) => {}
            None => {
                let folder = file.path.split_once('/').map_or("", |(folder, _)| folder);
                claims.unclaimed.insert(folder.to_owned());
            }
        }
    }
    claims
}

/// The machine whose folder is, or holds, a path; the deepest such folder counts.
pub(super) fn owner<'m>(machines: &'m [Machine], path: &str) -> Option<&'m Machine> {
    let claims = |machine: &'m Machine| {
        let folder = machine.folder.as_deref()?.trim_matches('/');
        let rest = path.strip_prefix(folder)?;
        (rest.is_empty() || rest.starts_with('/')).then_some((folder.len(), machine))
    };
    machines.iter().filter_map(claims).max_by_key(|(depth, _)| *depth).map(|(_, machine)| machine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use atelier_domain::machine::MachineType;
    use atelier_domain::time::Instant;

    fn machine(id: i64, folder: &str, active: bool) -> Machine {
        Machine {
            id: MachineId(id),
            name: format!("M{id}"),
            kind: MachineType::Pvc,
            description: None,
            active,
            folder: Some(folder.to_owned()),
            created_at: Instant(0),
        }
    }

    #[test]
    fn a_machine_is_a_folder() {
        let file = |path: &str| RemoteFile { path: path.to_owned(), size: 0, modified: None };
        let machines =
            [machine(1, "DEM12 (PVC)", true), machine(2, "DEM12 (PVC)/neuf", true), machine(3, "OLD", false)];
        let paths = [
            "DEM12 (PVC)/a.LOG",
            "DEM12 (PVC)/x/a.LOG",
            "DEM12 (PVC)/neuf/a.LOG",
            "DEM12 (PVC)2/a.LOG",
            "OLD/a.LOG",
            "a.LOG",
        ];
        let claims = claim(&machines, paths.map(file).to_vec());
        let of = |id| claims.files.get(&MachineId(id)).map_or(0, Vec::len);
        assert_eq!((of(1), of(2), of(3)), (2, 1, 0));
        assert_eq!(claims.unclaimed, BTreeSet::from([String::new(), "DEM12 (PVC)2".to_owned()]));
    }
}
