//! `[[machines]]`

use super::error::ConfigError;
use super::layers::MachineTables;
use atelier_application::ports::machines::ConfiguredMachine;
use atelier_domain::machine::MachineType;
use std::path::Path;
use toml::{Table, Value};

/// The machines of the file, or the three families there are.
pub(super) fn read(tables: MachineTables) -> Result<Vec<ConfiguredMachine>, ConfigError> {
    let Some((path, value)) = tables else { return Ok(defaults()) };
    let form = "write each machine as a [[machines]] table with name, type and folder";
    let Value::Array(tables) = value else { return Err(ConfigError::machines(&path, form)) };
    if tables.is_empty() {
        return Err(ConfigError::machines(
            &path,
            format!("the list is empty; {form}, or leave it out for the usual three"),
        ));
    }
    let mut machines: Vec<ConfiguredMachine> = Vec::with_capacity(tables.len());
    for table in tables {
        let Value::Table(table) = table else { return Err(ConfigError::machines(&path, form)) };
        let machine = machine(&path, &table)?;
        if machines.iter().any(|other| other.name == machine.name) {
            let problem = format!("two machines have the name '{}'; give each its own", machine.name);
            return Err(ConfigError::machines(&path, problem));
        }
        if let Some(other) = machines.iter().find(|other| other.folder == machine.folder) {
            let problem = format!(
                "{} and {} have the same folder '{}'; a machine is a folder",
                other.name, machine.name, machine.folder
            );
            return Err(ConfigError::machines(&path, problem));
        }
        machines.push(machine);
    }
    Ok(machines)
}

fn machine(path: &Path, table: &Table) -> Result<ConfiguredMachine, ConfigError> {
    const KEYS: [&str; 3] = ["name", "type", "folder"];
    if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        let remedy = format!("the keys of [[machines]] are {}", KEYS.join(", "));
        return Err(ConfigError::UnknownKey { path: path.to_owned(), key: format!("machines.{key}"), remedy });
    }
    let text = |key: &str| match table.get(key).and_then(Value::as_str).map(str::trim) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(ConfigError::machines(path, format!("a machine has no `{key}`; write one as a text"))),
    };
    let kind: MachineType = text("type")?.parse().map_err(|error| ConfigError::machines(path, format!("{error}")))?;
    let folder = text("folder")?;
    let folder = folder.trim_matches('/').to_owned();
    if folder.contains('\\') || folder.split('/').any(|part| matches!(part, "" | "." | "..")) {
        let problem = format!(
            "the folder '{folder}' is no path below the source's root; write such as 'DEM12 (PVC)' or 'hall 2/DEM12'"
        );
        return Err(ConfigError::machines(path, problem));
    }
    Ok(ConfiguredMachine { name: text("name")?, kind, folder })
}

/// The three families of machining centres.
fn defaults() -> Vec<ConfiguredMachine> {
    [("DEM12", MachineType::Pvc), ("DEMALU", MachineType::Alu), ("SU12", MachineType::Hybride)]
        .into_iter()
        .map(|(name, kind)| ConfiguredMachine { name: name.to_owned(), kind, folder: format!("{name} ({kind})") })
        .collect()
}
