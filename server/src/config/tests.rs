//! Layers and errors.

use super::*;
use std::io::Write;
use std::time::Duration;

fn env(pairs: &[(&'static str, &'static str)]) -> Environment {
    pairs.iter().copied().collect()
}

fn load(file: &str, pairs: &[(&'static str, &'static str)]) -> Result<Config, ConfigError> {
    load_with(file, pairs, &Flags::default())
}

fn load_with(file: &str, pairs: &[(&'static str, &'static str)], flags: &Flags) -> Result<Config, ConfigError> {
    let mut temporary = tempfile::Builder::new().prefix("atelier").suffix(".toml").tempfile().unwrap();
    temporary.write_all(file.as_bytes()).unwrap();
    Config::load(Some(temporary.path()), &env(pairs), flags)
}

fn said(file: &str, pairs: &[(&'static str, &'static str)]) -> String {
    load(file, pairs).unwrap_err().to_string()
}

#[test]
fn the_example_documents_every_key_and_equals_the_defaults() {
    let example = include_str!("../../../atelier.example.toml");
    assert_eq!(load(example, &[]).unwrap(), load("", &[]).unwrap());
    for key in keys::ALL {
        let from = example.find(&format!("\n[{}]\n", key.section)).unwrap_or_else(|| panic!("[{}]", key.section));
        let section = example[from + 1..].split("\n[").next().unwrap();
        let documented =
            section.lines().any(|line| line.trim_start_matches("# ").starts_with(&format!("{} = ", key.name)));
        assert!(documented, "{} is not in atelier.example.toml", key.path());
        if let Some(variable) = key.variable {
            assert!(section.contains(variable), "{variable} is not in atelier.example.toml");
        }
    }
}

#[test]
fn defaults_are_those_that_are_published() {
    let config = load("", &[]).unwrap();
    assert_eq!(config.database.url.expose(), "sqlite://atelier.db");
    assert_eq!(config.http.addr, "127.0.0.1:8080");
    assert_eq!(config.jwt.secret, None);
    assert_eq!(config.logs, LogSourceConfig::None);
    assert_eq!((config.alerts.webhook, config.alerts.sync_overdue), (None, Duration::from_hours(2)));
    let limits = config.limits;
    assert_eq!((limits.graphql.page, limits.graphql.depth, limits.graphql.batch, limits.body), (500, 12, 10, 262_144));
    let folders: Vec<_> = config.machines.iter().map(|machine| machine.folder.as_str()).collect();
    assert_eq!(folders, ["DEM12 (PVC)", "DEMALU (ALU)", "SU12 (HYBRIDE)"]);
}

#[test]
fn the_environment_overrides_the_file_and_a_flag_overrides_both() {
    let file = "[http]\naddr = '127.0.0.1:1'\n[ftp]\nhost = 'a'\nport = 2121\n";
    assert_eq!(load(file, &[]).unwrap().http.addr, "127.0.0.1:1");
    let pairs = [("ATELIER_HTTP_ADDR", "127.0.0.1:2"), ("ATELIER_FTP_HOST", "b"), ("ATELIER_FTP_TIMEOUT", "2m")];
    let config = load(file, &pairs).unwrap();
    assert_eq!(config.http.addr, "127.0.0.1:2");
    let LogSourceConfig::Ftp(ftp) = config.logs else { panic!("{:?}", config.logs) };
    let ftp = ftp.to_adapter();
    assert_eq!((ftp.host.as_str(), ftp.port, ftp.timeout), ("b", 2121, Duration::from_mins(2)));
    let flags = Flags { addr: Some("127.0.0.1:3".into()), ..Flags::default() };
    assert_eq!(load_with(file, &pairs, &flags).unwrap().http.addr, "127.0.0.1:3");
}

#[test]
fn an_empty_variable_is_not_set_and_those_of_tests_are_not_ours() {
    let config = load("", &[("ATELIER_FTP_HOST", ""), ("ATELIER_TEST_POSTGRES", "x"), ("ATELIER_CONFIG", "")]).unwrap();
    assert_eq!(config.logs, LogSourceConfig::None);
}

#[test]
fn unknown_keys_are_named() {
    let text = said("[ftp]\nhots = 'a'\n", &[]);
    assert!(text.contains("unknown key `ftp.hots`") && text.contains("host, port"), "{text}");
    assert!(said("[fpt]\nhost = 'a'\n", &[]).contains("unknown key `fpt`"));
    assert!(said("port = 3\n", &[]).contains("unknown key `port`"));
    assert!(said("", &[("ATELIER_FTP_HOTS", "a")]).contains("unknown variable `ATELIER_FTP_HOTS`"));
    assert!(said("[[machines]]\nname='A'\ntype='PVC'\nfolder='A'\ncolor='x'\n", &[]).contains("`machines.color`"));
}

#[test]
fn every_wrong_value_names_its_key_the_value_and_the_remedy() {
    for (name, value, remedy) in [
        ("ATELIER_FTP_SCHEDULE", "every day", "five cron fields"),
        ("ATELIER_FTP_SCHEDULE", "0 0 0 * * *", "five cron fields"),
        ("ATELIER_FTP_TIMEOUT", "30", "`30s`"),
        ("ATELIER_FTP_TIMEOUT", "0s", "`30s`"),
        ("ATELIER_FTP_TIMEOUT", "99999999999999999999h", "`30s`"),
        ("ATELIER_FTP_PORT", "0", "from 1 to 65535"),
        ("ATELIER_FTP_RETRIES", "-1", "from 1 to 100"),
        ("ATELIER_FTP_TLS", "yes", "`explicit`"),
        ("ATELIER_FTP_HOST", "ftp://plant", "name or address alone"),
        ("ATELIER_PLANT_TIMEZONE", "Paris", "`Europe/Paris`"),
        ("ATELIER_PRODUCTION_DAY_START", "25:00", "`05:00`"),
        ("ATELIER_HTTP_ADDR", "8080", "`127.0.0.1:8080`"),
        ("ATELIER_HTTP_TRUSTED_PROXIES", "proxy.plant", "`10.0.0.7`"),
        ("ATELIER_HTTP_CORS_ORIGINS", "*", "`https://screens.plant.example`"),
        ("ATELIER_HTTP_CORS_ORIGINS", "https://a.example/", "`https://a.example`"),
        ("ATELIER_HTTP_CORS_ORIGINS", "https://a.example;HTTPS://b.example", "`https://b.example`"),
        ("ATELIER_HTTP_CORS_ORIGINS", "https://*.example", "write each origin"),
        ("ATELIER_HTTP_INTROSPECTION", "yes", "`signed-in`"),
        ("ATELIER_HTTP_GRAPHIQL", "on", "`true`"),
        ("ATELIER_HTTP_TLS_CERT", "/c.pem", "`http.tls_key`"),
        ("ATELIER_HTTP_TLS_KEY", "/k.pem", "`http.tls_cert`"),
        ("ATELIER_JWT_JWKS", "/keys.json", "`jwt.jwks_issuer`"),
        ("ATELIER_ALERT_CHECK", "hourly", "five cron fields"),
        ("ATELIER_ALERT_SYNC_OVERDUE", "2 days", "`30s`"),
        ("ATELIER_RETENTION_DETAILS", "0d", "from 1d to"),
        ("ATELIER_RETENTION_DETAILS", "730", "`730d`"),
        ("ATELIER_RETENTION_RAW", "-1d", "`off`"),
        ("ATELIER_RETENTION_RAW", "5 years", "`730d`"),
        ("ATELIER_RETENTION_SCHEDULE", "nightly", "five cron fields"),
        ("ATELIER_LOG", "inof", "`info`"),
        ("ATELIER_LOG", "atelier=loud", "`info`"),
        ("ATELIER_LOG_FORMAT", "xml", "`json`"),
    ] {
        let text = said("", &[(name, value)]);
        assert!(text.contains(name) && text.contains(value) && text.contains(remedy), "{name}: {text}");
    }
    let text = said("[ftp]\nport = 'x'\n", &[]);
    assert!(text.contains("`ftp.port` in ") && text.contains("'x'"), "{text}");
    assert!(said("[ftp]\nport = [1]\n", &[]).contains("one text or number"));
}

#[test]
fn secrets_are_in_no_error_and_no_debug() {
    let url = "mysql://root:hunter2hunter2@host/db";
    let text = said("", &[("ATELIER_DATABASE_URL", url)]);
    assert!(
        text.contains("ATELIER_DATABASE_URL") && text.contains("postgres://") && !text.contains("hunter2"),
        "{text}"
    );
    let text = said("", &[("ATELIER_JWT_SECRET", "hunter2")]);
    assert!(text.contains("32 bytes") && !text.contains("hunter2"), "{text}");
    let text = said("", &[("ATELIER_ALERT_WEBHOOK", "ftp://hunter2@host/")]);
    assert!(text.contains("`https://HOST/PATH`") && !text.contains("hunter2"), "{text}");
    let text = said("", &[("ATELIER_ALERT_WEBHOOK_SECRET", "hunter2")]);
    assert!(text.contains("16 bytes") && !text.contains("hunter2"), "{text}");
    let text = said("[jwt]\nsecret = hunter2\n", &[]);
    assert!(text.contains("line 2") && !text.contains("hunter2"), "{text}");
    let pairs = [
        ("ATELIER_FTP_HOST", "h"),
        ("ATELIER_FTP_PASSWORD", "hunter2"),
        ("ATELIER_DATABASE_URL", "postgres://u:hunter2@h/d"),
        ("ATELIER_ALERT_WEBHOOK", "https://u:hunter2@h/hunter2?key=hunter2"),
        ("ATELIER_ALERT_WEBHOOK_SECRET", "hunter2hunter2hunter2"),
    ];
    let config = load("", &pairs).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
    assert_eq!(config.database.label(), "PostgreSQL at h/d");
}

#[test]
fn logs_come_from_one_place() {
    let text = said("[ftp]\nhost = 'plant'\n", &[("ATELIER_LOG_DIR", "/logs")]);
    assert!(text.contains("`ftp.host`") && text.contains("`ATELIER_LOG_DIR`"), "{text}");
    let config = load("[logs]\ndir = '/logs'\n", &[]).unwrap();
    assert_eq!(config.logs, LogSourceConfig::Folder("/logs".into()));
}

#[test]
fn machines_that_clash_or_lack_something_are_refused() {
    let two =
        |second: &str| said(&format!("[[machines]]\nname='A'\ntype='PVC'\nfolder='F'\n[[machines]]\n{second}"), &[]);
    assert!(two("name='B'\ntype='alu'\nfolder='F'").contains("same folder 'F'"));
    assert!(two("name='A'\ntype='alu'\nfolder='G'").contains("the name 'A'"));
    assert!(two("name='B'\ntype='WOOD'\nfolder='G'").contains("'WOOD' is no machine type"));
    assert!(two("name='B'\ntype='ALU'").contains("no `folder`"));
    assert!(two("name='B'\ntype='ALU'\nfolder='a/../b'").contains("'a/../b' is no path"));
    assert!(said("machines = []", &[]).contains("empty"));
}

#[test]
fn a_schedule_can_be_off() {
    assert_eq!(load("[ftp]\nschedule = 'off'\n", &[]).unwrap().schedule, Schedule::Off);
}

#[test]
fn everything_is_kept_unless_it_is_told_for_how_long() {
    assert!(load("", &[("ATELIER_RETENTION_ARCHIVE", "/archive")]).unwrap().retention.keep.is_all());
    let retention = load("[retention]\ndetails = '730d'\nraw = '1825d'\n", &[]).unwrap().retention;
    assert_eq!((retention.keep.details, retention.keep.raw), (Some(730), Some(1825)));
    assert_eq!(retention.label(), "details are kept for 730 days, raw bytes for 1825 days; what goes is not archived");
    let off = load("[retention]\ndetails = '730d'\n", &[("ATELIER_RETENTION_DETAILS", "OFF")]).unwrap();
    assert!(off.retention.keep.is_all());
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let error =
        Config::load(Some(Path::new("/nowhere/a.toml")), &Environment::default(), &Flags::default()).unwrap_err();
    assert!(error.to_string().contains("/nowhere/a.toml") && error.to_string().contains("--config"));
}

#[test]
fn an_identity_provider_is_told_by_its_keys_and_its_issuer() {
    let pairs = |names| {
        [("ATELIER_JWT_JWKS", "/k.json"), ("ATELIER_JWT_JWKS_ISSUER", "https://i"), ("ATELIER_JWT_JWKS_ROLES", names)]
    };
    let provider = load("", &pairs("")).unwrap().jwt.provider.unwrap();
    let rules = &provider.rules;
    assert_eq!((provider.keys.as_str(), rules.issuer.as_str()), ("/k.json", "https://i"));
    assert_eq!((rules.audience.as_str(), rules.role_claim.as_str(), rules.roles.len()), ("atelier", "role", 0));
    let named = load("", &pairs("cn=leads=admin; plant = Viewer")).unwrap().jwt.provider.unwrap().rules.roles;
    let told: Vec<_> = named.iter().map(|role| (role.value.as_str(), role.role.as_str())).collect();
    assert_eq!(told, [("cn=leads", "ADMIN"), ("plant", "VIEWER")]);
    for wrong in ["leads", "leads=boss", "=admin"] {
        assert!(said("", &pairs(wrong)).contains("names no role"), "{wrong}");
    }
}
