//! `atelier check`: what is well, on standard output; what is wrong and how to mend it, on standard error.

use super::{Global, out};
use crate::clock::SystemClock;
use crate::config::{Config, DatabaseConfig, PlantCalendar};
use crate::http::Certificate;
use crate::wiring;
use atelier_application::ingest::{Cleanup, claim};
use atelier_application::ports::clock::Clock as _;
use atelier_application::ports::machines::ConfiguredMachine;
use atelier_domain::ids::MachineId;
use atelier_domain::machine::Machine;
use atelier_domain::time::Instant;
use std::path::Path;
use std::process::ExitCode;

/// What was found: a remark, or what is wrong.
type Finding = Result<String, String>;

/// Checks everything, and tells each.
pub(super) async fn run(global: &Global) -> anyhow::Result<ExitCode> {
    let config = match global.quiet() {
        Ok(config) => config,
        Err(error) => {
            told("configuration", &Err(format!("{error:#}")))?;
            return Ok(ExitCode::FAILURE);
        }
    };
    let machines: Vec<_> = config.machines.iter().map(|machine| machine.name.as_str()).collect();
    let findings = [
        ("configuration", Ok(format!("zone {}, machines {}", config.plant.zone.zone(), machines.join(", ")))),
        ("calendar", Ok(calendar(&config))),
        ("database", database(&config.database, &config.machines).await),
        ("log source", source(&config).await),
        ("ERP", erp(&config).await),
        ("cleanup", Ok(cleanup(config.cleanup))),
        ("retention", retention(&config).await),
        ("JWT secret", secret(&config)),
        ("identity provider", provider(&config).await),
        ("HTTP", certificate(&config)),
        ("alerts", Ok(alerts(&config))),
    ];
    let mut code = ExitCode::SUCCESS;
    for (what, finding) in &findings {
        told(what, finding)?;
        if finding.is_err() {
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

async fn provider(config: &Config) -> Finding {
    let Some(provider) = &config.jwt.provider else { return Ok("none; users sign in here".to_owned()) };
    let tokens = wiring::provider(provider).map_err(|error| format!("{error:#}"))?;
    let keys = tokens.load(SystemClock.now()).await.map_err(|error| error.to_string())?;
    Ok(format!("{keys} keys; tokens of {} for {}", provider.rules.issuer, provider.rules.audience))
}

fn certificate(config: &Config) -> Finding {
    let address = &config.http.addr;
    match &config.http.tls {
        None => Ok(format!("{address}, without TLS")),
        Some(files) => {
            Certificate::load(files.clone()).map_err(|error| format!("{error:#}"))?;
            Ok(format!("{address}, with the certificate {}", files.certificates.display()))
        }
    }
}

fn told(what: &str, finding: &Finding) -> std::io::Result<bool> {
    match finding {
        Ok(remark) => out::line(format_args!("OK     {what}: {remark}")),
        Err(wrong) => {
            out::note(format_args!("WRONG  {what}: {wrong}"));
            Ok(true)
        }
    }
}

async fn database(config: &DatabaseConfig, machines: &[ConfiguredMachine]) -> Finding {
    let label = config.label();
    // Connecting would create it.
    if let Some(file) = config.sqlite_file()
        && !Path::new(file).exists()
        && Path::new(file).parent().is_some_and(|folder| folder.as_os_str().is_empty() || folder.is_dir())
    {
        let folder = Path::new(file).parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if let Err(error) = tempfile::tempfile_in(folder) {
            return Err(format!(
                "{label} does not exist, and cannot be created in {} ({error}): give the user of atelier the right to write there",
                folder.display()
            ));
        }
        return Ok(format!(
            "{label}; it does not exist yet, the first `atelier serve` or `atelier sync` will create it"
        ));
    }
    let store = wiring::connect(config).await.map_err(|error| format!("{error:#}"))?;
    let states = store.migration_status().await.map_err(|error| error.to_string())?;
    let pending = states.iter().filter(|state| !state.applied).count();
    if pending == 0
        && let Some(difference) =
            wiring::differences(machines, &store).await.map_err(|error| format!("{error:#}"))?.into_iter().next()
    {
        return Err(difference);
    }
    match pending {
        0 => Ok(format!("{label}; its schema is up to date")),
        _ => Ok(format!(
            "{label}; {pending} migrations are pending, `atelier serve` or `atelier migrate up` will apply them"
        )),
    }
}

async fn source(config: &Config) -> Finding {
    let Some(source) = wiring::source(&config.logs) else {
        return Err("none is configured; set ATELIER_FTP_HOST, or ATELIER_LOG_DIR for a folder".to_owned());
    };
    let listing = source.list().await.map_err(|error| error.to_string())?;
    if let Some(failure) = listing.failures.first() {
        let others = listing.failures.len() - 1;
        let more = if others > 0 { format!(" ({others} more like this)") } else { String::new() };
        return Err(format!("{} cannot be read: {}{more}", failure.path, failure.reason));
    }
    let files = listing.files.len();
    let machines: Vec<Machine> = config.machines.iter().zip(1..).map(|(machine, id)| as_machine(machine, id)).collect();
    let unclaimed = claim(&machines, listing.files).unclaimed;
    if let Some(folder) = unclaimed.first() {
        let folder = if folder.is_empty() { "the root itself" } else { folder };
        return Ok(format!(
            "{}; {files} logs, but no machine claims those in {folder}: add one under [[machines]] if they are to be read",
            config.logs.label()
        ));
    }
    Ok(format!("{}; {files} logs", config.logs.label()))
}

async fn erp(config: &Config) -> Finding {
    let Some(source) = wiring::order_source(config) else {
        return Ok("none is configured: no orders are read; ATELIER_ERP_URL names one".to_owned());
    };
    let remarks = source.check().await.map_err(|error| error.to_string())?;
    let label = config.erp.label(config.plant.zone);
    Ok(if remarks.is_empty() { label } else { format!("{label}; {}", remarks.join("; ")) })
}

fn as_machine(machine: &ConfiguredMachine, id: i64) -> Machine {
    Machine {
        id: MachineId(id),
        name: machine.name.clone(),
        kind: machine.kind,
        description: None,
        active: true,
        folder: Some(machine.folder.clone()),
        created_at: Instant(0),
    }
}

fn calendar(config: &Config) -> String {
    let Some(PlantCalendar { from, calendar }) = &config.calendar else {
        return "none for the plant; machines without one of their own are open from their first event of a day to the last".to_owned();
    };
    format!(
        "{} shifts a week, {} planned stops, {} exceptions, from {from} on",
        calendar.shifts.len(),
        calendar.planned_stops.len(),
        calendar.exceptions.len()
    )
}

fn cleanup(policy: Cleanup) -> String {
    match policy {
        Cleanup::Keep => "off; nothing is deleted from the log source".to_owned(),
        Cleanup::DeleteAfter { days } => format!(
            "ON: files are deleted from the log source {days} days after they were finished and last read; the account needs \
             the right to delete"
        ),
    }
}

async fn retention(config: &Config) -> Finding {
    let retention = &config.retention;
    if retention.keep.is_all() {
        return Ok("off: everything is kept".to_owned());
    }
    if let Some(archive) = wiring::archive(retention) {
        archive.check().await.map_err(|error| error.to_string())?;
    }
    Ok(retention.label())
}

fn secret(config: &Config) -> Finding {
    match config.jwt.secret {
        Some(_) => Ok("set".to_owned()),
        None => Err(crate::config::NO_JWT_SECRET.to_owned()),
    }
}

/// A webhook is not called: whoever listens there would take it for an alert.
fn alerts(config: &Config) -> String {
    match (&config.alerts.webhook, &config.alerts.webhook_secret) {
        (None, _) => "told in the program's log; ATELIER_ALERT_WEBHOOK posts them".to_owned(),
        (Some(url), Some(_)) => {
            format!("posted to {}, signed; its address is well formed, and was not called", url.label())
        }
        (Some(url), None) => format!(
            "posted to {}, not signed; its address is well formed, and was not called; ATELIER_ALERT_WEBHOOK_SECRET signs them",
            url.label()
        ),
    }
}
